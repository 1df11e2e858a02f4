import { describe, expect, it } from 'vitest';
import { parseCalls } from './parse-calls.ts';

describe('parseCalls', () => {
  it('reads what wsLink sends', () => {
    const call = { id: 7, method: 'mutation', params: { path: 'heartbeat', input: { frame: {} } } };
    expect(parseCalls(JSON.stringify(call))).toEqual([{ id: 7, method: 'mutation', path: 'heartbeat', input: { frame: {} } }]);
    expect(parseCalls(JSON.stringify([call, call]))).toHaveLength(2);
    expect(parseCalls('{"id":7,"method":"subscription.stop"}')).toMatchObject([{ id: 7, method: 'subscription.stop' }]);
  });

  it.each([
    '',
    'null',
    '[null]',
    '{',
    '"x"',
    '{"id":null,"method":"mutation","params":{"path":"x"}}',
    '{"id":1,"method":"query","params":{"path":"x"}}',
    '{"id":1,"method":"mutation"}',
    '{"id":1.5,"method":"mutation","params":{"path":"x"}}',
    '{"id":1,"method":"mutation","params":{"path":1}}',
  ])('takes no call for %j', (text) => {
    expect(parseCalls(text)).toBeNull();
  });
});
