import { AppError } from '@muster/protocol/errors/app-error';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setUpStage, type Stage } from '../testing/setup.ts';
import { waitUntil } from '../testing/wait-until.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await setUpStage();
});

afterAll(() => stage.stop());

/** Ends every connection of the server to its database, the one that holds its lock included. */
const cutConnections = () =>
  stage.database.db.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );

describe('the server', () => {
  it('goes on after it has lost every connection to the database: sessions, the loop and hints', async () => {
    const runId = await stage.createRun();
    const session = await stage.openSession(await stage.createInvitedNode(runId));
    await session.heartbeat();
    await cutConnections().catch(() => undefined);
    const code = await session.heartbeat().then(
      () => 'taken',
      (error: unknown) => AppError.fromWire(error)?.code,
    );
    expect(['taken', 'DATABASE_UNAVAILABLE']).toContain(code);
    const beating = setInterval(() => void session.heartbeat().catch(() => undefined), 100);
    const { taskId } = await waitUntil('a created task', () =>
      stage.buyer.client.task.create.mutate({ runId, spec: { image: 'busybox' }, idempotencyKey: 'after' }).catch(() => null),
    );
    const start = await session.waitForOrder('start');
    clearInterval(beating);
    expect(start.body).toMatchObject({ taskId, epoch: 1 });
  });

  it('tears nothing down when the chain takes an approval back, and goes on when it is given anew', async () => {
    const runId = await stage.createRun();
    const node = await stage.createInvitedNode(runId);
    const session = await stage.openSession(node);
    const beating = setInterval(() => void session.heartbeat().catch(() => undefined), 100);
    const view = () => stage.buyer.client.node.get.query({ runId, node: node.address });
    await waitUntil('a healthy node', async () => (await view()).phase === 'Healthy');
    const { taskId } = await stage.buyer.client.task.create.mutate({ runId, spec: { image: 'busybox' } });
    const start = await waitUntil('its start', () =>
      session.received.find(({ kind, body }) => kind === 'start' && 'taskId' in body && body.taskId === taskId),
    );
    if (start.kind !== 'start') throw new Error('not a start');
    const { allocationId, epoch } = start.body;
    await session.report({
      orders: [{ orderId: start.order.orderId, ok: true }],
      allocations: [{ allocationId, epoch, phase: 'Running', startedAt: Date.now() }],
    });

    // The verdict was in the newest block.
    await stage.chain.cheat('anvil_reorg', [1, []]);
    await waitUntil('the approval gone', async () => (await view()).standing === 'Pending');
    expect(await view()).toMatchObject({ phase: 'Healthy' });
    expect((await stage.buyer.client.task.get.query({ taskId })).allocations).toMatchObject([{ allocationId, phase: 'Running' }]);
    const waiting = await stage.buyer.client.task.create.mutate({ runId, spec: { image: 'busybox' } });
    await waitUntil(
      'a reason to wait',
      async () => (await stage.buyer.client.task.get.query({ taskId: waiting.taskId })).phaseReason === 'no node of the run is healthy',
    );
    await node.approve();
    await waitUntil(
      'the second task placed',
      async () => (await stage.buyer.client.task.get.query({ taskId: waiting.taskId })).allocations.length === 1,
    );
    clearInterval(beating);
  });
});
