import { AppError } from '@muster/protocol/errors/app-error';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setUpStage, type Stage } from '../../testing/setup.ts';
import type { TestNode } from '../../testing/test-node.ts';
import type { TestSession } from '../../testing/test-session.ts';
import { waitUntil } from '../../testing/wait-until.ts';

let stage: Stage;
let runId: string;

beforeAll(async () => {
  stage = await setUpStage();
  runId = await stage.createRun();
});

afterAll(() => stage.stop());

const beat = { at: 1, usage: { cpu: 0, memoryBytes: 0, diskBytes: 0 }, orderEpoch: 0, orderCounter: 0, allocations: [] };
const codeOf = (error: unknown) =>
  expect.objectContaining({ data: expect.objectContaining({ app: expect.objectContaining({ code: error }) }) });
const open = async (): Promise<{ node: TestNode; session: TestSession }> => {
  const node = await stage.createInvitedNode(runId);
  return { node, session: await stage.openSession(node) };
};

describe('a session', () => {
  it('takes a frame once, and only on the path that it was sealed for', async () => {
    const { session } = await open();
    const frame = session.nextFrame('heartbeat', beat);
    await session.send('heartbeat', frame);
    await expect(session.send('heartbeat', frame)).rejects.toEqual(codeOf('COUNTER_REPLAYED'));
    await expect(session.send('report', session.nextFrame('heartbeat', beat))).rejects.toEqual(codeOf('MAC_INVALID'));
    const altered = { ...session.nextFrame('heartbeat', beat), counter: 9_999 };
    await expect(session.send('heartbeat', altered)).rejects.toEqual(codeOf('MAC_INVALID'));
  });

  it('refuses replays per kind of frame, so that frames of two kinds may overtake each other', async () => {
    const { session } = await open();
    const [report, heartbeat] = [session.nextFrame('report', { orderIds: [], allocations: [] }), session.nextFrame('heartbeat', beat)];
    await session.send('heartbeat', heartbeat);
    await session.send('report', report);
    await expect(session.send('report', report)).rejects.toEqual(codeOf('COUNTER_REPLAYED'));
  });

  it('shows the buyer what the node has without an order', async () => {
    const { node, session } = await open();
    const orphan = { allocationId: 'left-behind', runId: '7', things: 2 };
    const [foundAt, removeAt] = [Date.now(), Date.now() + 60_000];
    await session.send('heartbeat', session.nextFrame('heartbeat', { ...beat, orphans: [{ ...orphan, foundAt, removeAt }] }));
    const { orphans } = await stage.buyer.client.node.get.query({ runId, node: node.address });
    expect(orphans).toEqual([{ ...orphan, foundAt: new Date(foundAt).toISOString(), removeAt: new Date(removeAt).toISOString() }]);
  });

  it('goes on after the server was restarted, and still knows what it has seen', async () => {
    const { session } = await open();
    const seen = session.nextFrame('heartbeat', beat);
    await session.send('heartbeat', seen);
    await stage.restartServer();
    const refusal = await waitUntil('an answer over the socket that is opened anew', () =>
      session.send('heartbeat', seen).then(
        () => 'taken',
        (error: unknown) => AppError.fromWire(error)?.code,
      ),
    );
    expect(refusal).toBe('COUNTER_REPLAYED');
    // The client may still be giving up a socket that it tried while the server was down.
    const before = Date.now();
    const answer = await waitUntil('a heartbeat over it', () => session.heartbeat().catch(() => undefined));
    expect(answer.now).toBeGreaterThanOrEqual(before);
    expect(answer.now).toBeLessThanOrEqual(Date.now());
  });

  it('is superseded by one of a newer generation, which raises an alarm; an older one is refused', async () => {
    const { node, session } = await open();
    const newer = await stage.openSession(node, 3);
    await newer.heartbeat();
    await expect(session.heartbeat()).rejects.toEqual(codeOf('SESSION_SUPERSEDED'));
    await expect(stage.openSession(node, 2)).rejects.toEqual(codeOf('STALE_GENERATION'));
    const { items } = await stage.buyer.client.run.timeline.query({ runId });
    expect(items).toContainEqual(
      expect.objectContaining({ kind: 'session', subject: node.address, from: 'generation 1', to: 'generation 3' }),
    );
  });

  it('gets more than a socket carries in parts, when it is new and while it is open', async () => {
    const own = await stage.createRun();
    const node = await stage.createInvitedNode(own);
    const session = await stage.openSession(node);
    const { tasks } = stage.server.app.services;
    const padding = '"'.repeat(20_000);
    const spec = { image: 'busybox', env: { A: padding, B: padding, C: padding } };
    const actor = node.address;
    await session.heartbeat();
    await Promise.all(
      Array.from({ length: 24 }, () => tasks.create({ runId: own, spec, idempotencyKey: null, needsCredentials: false, actor })),
    );
    await waitUntil('every start order', () => session.received.filter(({ kind }) => kind === 'start').length === 24);
    await session.heartbeat();
    const again = await stage.openSession(node, 2);
    expect(again.wanted.map(({ order }) => order.orderId)).toEqual(session.received.map(({ order }) => order.orderId));
    expect(Math.max(session.largestBytes(), again.largestBytes())).toBeLessThan(8 * 1024 * 1024);
  });

  it('gets its orders whatever term of the master it claims to have seen', async () => {
    const own = await stage.createRun();
    const session = await stage.openSession(await stage.createInvitedNode(own), 1, 2_000_000_000);
    await session.heartbeat();
    await stage.buyer.client.task.create.mutate({ runId: own, spec: { image: 'busybox' } });
    expect((await session.waitForOrder('start')).order.masterEpoch).toBe(1);
  });

  it('is opened by nobody without an acknowledged invite', async () => {
    const node = await stage.createInvitedNode(runId);
    const [accepted] = node.invites;
    if (!accepted) throw new Error('no invite');
    node.invites.push({ ...accepted, digest: `0x${'00'.repeat(32)}` });
    await expect(stage.openSession(node)).rejects.toEqual(codeOf('INVITE_UNKNOWN'));
  });
});

describe('the grace period after a restart of the master', () => {
  let quick: Stage;
  beforeAll(async () => {
    quick = await setUpStage({ heartbeatMs: 3_000 });
  });
  afterAll(() => quick.stop());

  it('keeps a node that was silent because the master was', async () => {
    const own = await quick.createRun();
    const node = await quick.createInvitedNode(own);
    const session = await quick.openSession(node);
    const { client } = quick.buyer;
    const phase = async () => (await client.node.get.query({ runId: own, node: node.address })).phase;
    await waitUntil('a healthy node', async () => {
      await session.heartbeat();
      return (await phase()) === 'Healthy';
    });
    // As old as heartbeats get before a node is lost, and the master has only just begun to listen.
    await quick.restartServer(() =>
      quick.database.db.pool.query(`UPDATE "Session" SET "heartbeatAt" = now() - interval '1 hour' WHERE "sessionId" = $1`, [
        session.sessionId,
      ]),
    );
    await waitUntil('an unhealthy node once the master has listened long enough', async () => (await phase()) === 'Unhealthy');
    await waitUntil('a healthy node again', async () => {
      await session.heartbeat().catch(() => undefined);
      return (await phase()) === 'Healthy';
    });
    // Neither ill at once nor lost at any time.
    const { items } = await client.run.timeline.query({ runId: own });
    const steps = items.filter(({ kind, subject }) => kind === 'node' && subject === node.address);
    expect(steps.map(({ to }) => to).slice(0, 3)).toEqual(['Healthy', 'Unhealthy', 'Healthy']);
  });
});
