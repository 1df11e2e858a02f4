import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buyerRouter } from '../../routers/buyer-router.ts';
import { setUpStage, type Stage } from '../../testing/setup.ts';
import { waitUntil } from '../../testing/wait-until.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await setUpStage();
});

afterAll(() => stage.stop());

describe('following a log', () => {
  it('reads no further than its reader takes, and stops within a page when he loses his right', async () => {
    const runId = await stage.createRun();
    const session = await stage.openSession(await stage.createInvitedNode(runId));
    await session.heartbeat();
    const { taskId } = await stage.buyer.client.task.create.mutate({ runId, spec: { image: 'busybox' } });
    const placed = await waitUntil('an allocation', async () => (await stage.buyer.client.task.get.query({ taskId })).allocations[0]);
    const { allocationId } = placed;
    const line = { at: Date.now(), stream: 'stdout' as const, text: 'x' };
    for (const page of [0, 1, 2, 3])
      await session.logs(Array.from({ length: 60 }, (_, at) => ({ allocationId, sequence: page * 60 + at, lines: [line] })));

    const open: (() => void)[] = [];
    const caller = buyerRouter.createCaller({
      services: stage.server.app.services,
      token: stage.buyer.token,
      remoteAddress: '',
      origin: stage.server.url,
      setSessionCookie: () => undefined,
      taken: () => new Promise((resolve) => open.push(resolve)),
    });
    const seen: number[] = [];
    const reading = (async () => {
      for await (const { sequence } of await caller.log.follow({ taskId })) seen.push(sequence);
    })();
    reading.catch(() => undefined);
    await waitUntil('the question whether it was taken', () => open.length > 0);
    expect(seen).toEqual([0]);

    await stage.buyer.client.auth.signOut.mutate();
    const reader = setInterval(() => open.splice(0).forEach((resolve) => resolve()), 0);
    await expect(reading).rejects.toMatchObject({ code: 'NOT_SIGNED_IN' });
    clearInterval(reader);
    expect(seen).toHaveLength(100);
  });
});
