import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { openFrame, sealFrame } from './mac.ts';

const key = new Uint8Array(32).fill(9);
const base = { key, direction: 'n2m', sessionId: 'c7a7f1f0-2f57-4c1c-9d6b-0a1b2c3d4e5f', path: 'heartbeat' } as const;
const schema = z.strictObject({ at: z.int() });

function openWith(body: unknown, options: { lastCounter?: number } = {}) {
  return openFrame({ key, direction: 'n2m', path: 'heartbeat', frame: sealFrame({ ...base, counter: 5, body }), schema, ...options });
}

describe('openFrame', () => {
  it('takes a counter that rose', () => {
    expect(openWith({ at: 1 }, { lastCounter: 4 })).toEqual({ ok: true, value: { at: 1 } });
  });

  it.each([5, 6])('refuses a counter that did not rise above %i', (lastCounter) => {
    expect(openWith({ at: 1 }, { lastCounter })).toMatchObject({ ok: false, error: { code: 'COUNTER_REPLAYED', data: { counter: 5 } } });
  });

  it('refuses an authentic body that its schema does not know', () => {
    expect(openWith({ at: 1, extra: true })).toMatchObject({ ok: false, error: { code: 'UNKNOWN_FIELD' } });
    expect(openWith({ at: 'now' })).toMatchObject({ ok: false, error: { code: 'BAD_INPUT' } });
  });
});
