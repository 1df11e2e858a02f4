import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { setUpStage, type Stage } from '../testing/setup.ts';

let stage: Stage;
let socket: WebSocket;

beforeAll(async () => {
  stage = await setUpStage();
  socket = new WebSocket(`${stage.server.url.replace('http', 'ws')}/master`);
  await once(socket, 'open');
});

afterAll(async () => {
  socket.terminate();
  await stage.stop();
});

async function ask(message: unknown, answers = 1): Promise<unknown[]> {
  const received: unknown[] = [];
  const listen = (data: Buffer): void => {
    const text = data.toString('utf8');
    received.push(text === 'PONG' ? text : JSON.parse(text));
  };
  socket.on('message', listen);
  socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  while (received.length < answers) await once(socket, 'message');
  socket.off('message', listen);
  return received;
}

const error = (code: string, over = {}) =>
  expect.objectContaining({
    error: expect.objectContaining({ data: expect.objectContaining({ app: expect.objectContaining({ code }) }) }),
    ...over,
  });

describe('the agents’ socket', () => {
  it('answers the client’s keep-alive', async () => {
    expect(await ask('PING')).toEqual(['PONG']);
  });

  it('refuses what it does not serve, under the number of the call', async () => {
    const calls = ['nothing', 'constructor', 'orders'].map((path, index) => ({
      id: index + 1,
      method: 'mutation',
      params: { path, input: {} },
    }));
    const answers = await ask(calls, 3);
    expect(answers).toEqual([1, 2, 3].map((id) => error('NOT_FOUND', { id })));
  });

  it('says which field was wrong', async () => {
    expect(await ask({ id: 4, method: 'mutation', params: { path: 'heartbeat', input: { frame: 1 } } })).toEqual([
      error('BAD_INPUT', { id: 4 }),
    ]);
    expect(await ask({ id: 5, method: 'subscription', params: { path: 'orders', input: {} } })).toEqual([error('BAD_INPUT', { id: 5 })]);
  });

  it('survives what is no call at all', async () => {
    expect(await ask('{"id":')).toEqual([error('BAD_INPUT', { id: null })]);
    expect(await ask([1, 2])).toEqual([error('BAD_INPUT', { id: null })]);
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });
});

describe('the agents’ POST', () => {
  const post = (path: string, body: string) =>
    fetch(`${stage.server.url}/master/${path}`, { method: 'POST', body }).then((response) => response.json());

  it('answers in the same words', async () => {
    expect(await post('heartbeat', '{"frame":1}')).toEqual(error('BAD_INPUT'));
    expect(await post('heartbeat', '{')).toEqual(error('BAD_INPUT'));
    expect(await post('toString', '{}')).toMatchObject({ error: { data: { httpStatus: 404 } } });
  });

  it('refuses a body that is too large', async () => {
    const response = await fetch(`${stage.server.url}/discovery/announce`, {
      method: 'POST',
      body: JSON.stringify({ text: 'x'.repeat(2_000_000) }),
    }).catch(() => null);
    expect(response === null || response.status === 413).toBe(true);
  });
});
