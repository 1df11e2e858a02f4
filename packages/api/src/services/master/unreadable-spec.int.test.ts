import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setUpStage, type Stage } from '../../testing/setup.ts';
import { waitUntil } from '../../testing/wait-until.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setUpStage();
});
afterAll(() => stage.stop());

describe('a stored spec that cannot be read', () => {
  it('fails its own task, once its container is stopped, and keeps the others from nothing', async () => {
    const runId = await stage.createRun();
    const node = await stage.createInvitedNode(runId);
    const session = await stage.openSession(node);
    await session.heartbeat();
    const { client } = stage.buyer;
    const { taskId } = await client.task.create.mutate({ runId, spec: { image: 'busybox' } });
    const start = await session.waitForOrder('start');
    const { allocationId, epoch } = start.body;
    await session.report({
      orders: [{ orderId: start.order.orderId, ok: true }],
      allocations: [{ allocationId, epoch, phase: 'Running', startedAt: Date.now() }],
    });
    await stage.database.db.pool.query(`UPDATE "Task" SET spec = '{"image": "busybox", "fromTheFuture": 1}' WHERE "taskId" = $1`, [taskId]);

    const other = await client.task.create.mutate({ runId, spec: { image: 'other' } });
    await waitUntil('the start of another task', () =>
      session.received.find(({ kind, body }) => kind === 'start' && 'taskId' in body && body.taskId === other.taskId),
    );
    const stop = await session.waitForOrder('stop');
    expect(stop.body).toMatchObject({ allocationId, graceMs: 10_000 });
    await session.report({
      orders: [{ orderId: stop.order.orderId, ok: true }],
      allocations: [{ allocationId, epoch, phase: 'Cancelled', exitCode: 143 }],
    });
    const failed = await waitUntil('a failed task', async () => {
      const view = await client.task.get.query({ taskId });
      return view.phase === 'Failed' && view;
    });
    const reason = expect.stringMatching(/^TASK_SPEC_UNREADABLE: /);
    expect(failed).toMatchObject({ spec: null, phaseReason: reason, allocations: [{ phase: 'Cancelled' }] });
    const { items } = await client.run.timeline.query({ runId });
    expect(items).toContainEqual(expect.objectContaining({ kind: 'task', subject: taskId, to: 'Failed', reason }));
    await expect(client.task.sync.mutate({ taskId, volume: 'data' })).rejects.toMatchObject({
      data: { app: { code: 'TASK_SPEC_UNREADABLE' } },
    });
    expect((await client.task.list.query({ runId })).items).toHaveLength(2);
  });
});
