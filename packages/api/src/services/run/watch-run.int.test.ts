import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { acceptRun } from '@muster/chain/actions/accept-run';
import { offerRun } from '@muster/chain/actions/offer-run';
import { AppError } from '@muster/protocol/errors/app-error';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signInBuyer } from '../../testing/test-buyer.ts';
import { setUpStage, type Stage } from '../../testing/setup.ts';
import { waitUntil } from '../../testing/wait-until.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await setUpStage();
});

afterAll(() => stage.stop());

describe('watching a run', () => {
  it('hints at once and at every change, and ends when the run changes hands', async () => {
    const { chain, buyer } = stage;
    const runId = await stage.createRun();
    const seen: string[] = [];
    const ended: unknown[] = [];
    buyer.client.run.watch.subscribe({ runId }, { onData: ({ what }) => void seen.push(what), onError: (error) => void ended.push(error) });
    await waitUntil('the first hints', () => seen.length >= 4);
    // What was hinted before somebody watched may still be on its way.
    expect(new Set(seen)).toEqual(new Set(['node', 'run', 'snapshot', 'task']));
    seen.length = 0;
    await buyer.client.task.create.mutate({ runId, spec: { image: 'busybox' } });
    await waitUntil('a hint about tasks', () => seen.includes('task'));

    const { registry } = chain.addresses;
    await offerRun({ sender: chain.sender('buyer'), registry }, { runId, to: chain.account('stranger').address });
    await acceptRun({ sender: chain.sender('stranger'), registry }, { runId });
    const [error] = await waitUntil('the end of the stream', () => ended.length > 0 && ended);
    expect(AppError.fromWire(error)?.code).toBe('RUN_UNKNOWN');
    await expect(buyer.client.run.get.query({ runId })).rejects.toMatchObject({ data: { app: { code: 'RUN_UNKNOWN' } } });
    const heir = await signInBuyer(stage.server.url, chain.account('stranger'));
    await expect(heir.client.run.get.query({ runId })).resolves.toMatchObject({ owner: heir.address });
    await heir.close();
  });

  it('is refused over a socket that a foreign page opened', async () => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      origin: 'https://evil.example',
    };
    const [response]: IncomingMessage[] = await once(get(`${stage.server.url}/api/trpc`, { headers }), 'response');
    expect(response?.statusCode).toBe(403);
  });
});
