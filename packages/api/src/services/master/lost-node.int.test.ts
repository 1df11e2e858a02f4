import { leaveRun } from '@muster/chain/actions/leave-run';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { setUpStage, type Stage } from '../../testing/setup.ts';
import type { TestNode } from '../../testing/test-node.ts';
import type { ReceivedOrder, TestSession } from '../../testing/test-session.ts';
import { waitUntil } from '../../testing/wait-until.ts';

let stage: Stage;
const timers: NodeJS.Timeout[] = [];

afterEach(() => {
  for (const timer of timers.splice(0)) clearInterval(timer);
});

function useStage(options: Parameters<typeof setUpStage>[0]): void {
  beforeAll(async () => {
    stage = await setUpStage(options);
  });
  afterAll(() => stage.stop());
}

type Beating = { node: TestNode; session: TestSession; stopBeating(): void };
type Placed = Parameters<TestSession['heartbeat']>[0];

async function addNode(runId: string, placed: () => Placed = () => []): Promise<Beating> {
  const node = await stage.createInvitedNode(runId);
  const session = await stage.openSession(node);
  const timer = setInterval(() => void session.heartbeat(placed()).catch(() => undefined), 150);
  timers.push(timer);
  await waitUntil('a healthy node', async () => (await viewOf(runId, node)).phase === 'Healthy');
  return { node, session, stopBeating: () => clearInterval(timer) };
}

const viewOf = (runId: string, node: TestNode) => stage.buyer.client.node.get.query({ runId, node: node.address });
const allocationsOf = async (taskId: string) => (await stage.buyer.client.task.get.query({ taskId })).allocations;
const startOf = (session: TestSession, taskId: string) =>
  waitUntil('a start order', () =>
    session.received.find(
      (order): order is Extract<ReceivedOrder, { kind: 'start' }> => order.kind === 'start' && order.body.taskId === taskId,
    ),
  );
const run = async ({ session }: Beating, start: Extract<ReceivedOrder, { kind: 'start' }>) => {
  const { allocationId, epoch } = start.body;
  await session.report({
    orders: [{ orderId: start.order.orderId, ok: true }],
    allocations: [{ allocationId, epoch, phase: 'Running', startedAt: Date.now() }],
  });
  return { allocationId, epoch };
};
/** Its grace is what a node has for coming back, or for stopping it: long, but where a test waits for its end. */
const spec = { image: 'busybox:1.37', grace: '10m', restart: { policy: 'on-failure', maxRetries: 3, backoff: '0s' } };

describe('a node that falls silent', () => {
  useStage({ heartbeatMs: 1_000 });

  it('has its containers unknown, then lost and placed elsewhere under a new epoch', async () => {
    const runId = await stage.createRun();
    const first = await addNode(runId);
    const { taskId } = await stage.buyer.client.task.create.mutate({ runId, spec: { ...spec, grace: '0s' } });
    const placed = await run(first, await startOf(first.session, taskId));
    const second = await addNode(runId);
    first.stopBeating();
    await waitUntil('an unknown allocation', async () => (await allocationsOf(taskId)).some(({ phase }) => phase === 'Unknown'));
    const start = await startOf(second.session, taskId);
    expect(start.body).toMatchObject({ replica: 0, epoch: 2 });
    const moved = await allocationsOf(taskId);
    expect(moved.map(({ phase, node, epoch }) => ({ phase, node, epoch }))).toEqual([
      { phase: 'Placed', node: second.node.address, epoch: 2 },
      { phase: 'Lost', node: first.node.address, epoch: 1 },
    ]);
    // Too late: what the first node says of its old placement changes nothing any more.
    await first.session.report({ allocations: [{ ...placed, phase: 'Succeeded', exitCode: 0 }] });
    expect((await allocationsOf(taskId)).map(({ phase }) => phase)).toEqual(['Placed', 'Lost']);
    await waitUntil('the first node back', async () => {
      await first.session.heartbeat();
      return (await viewOf(runId, first.node)).phase === 'Healthy';
    });
  });

  it('gets its containers back when it returns within the grace period', async () => {
    const runId = await stage.createRun();
    let mine: Placed = [];
    const only = await addNode(runId, () => mine);
    const { taskId } = await stage.buyer.client.task.create.mutate({ runId, spec });
    const placed = await run(only, await startOf(only.session, taskId));
    mine = [{ ...placed, phase: 'Running' }];
    only.stopBeating();
    await waitUntil('an unknown allocation', async () => (await allocationsOf(taskId)).some(({ phase }) => phase === 'Unknown'));
    await only.session.heartbeat(mine);
    const back = await waitUntil('a running allocation', async () =>
      (await allocationsOf(taskId)).find(({ phase }) => phase === 'Running'),
    );
    expect(back).toMatchObject({ ...placed, restarts: 0 });
  });
});

describe('a node that leaves', () => {
  useStage({});

  it('is told to stop its containers, which are then placed elsewhere', async () => {
    const runId = await stage.createRun();
    const first = await addNode(runId);
    const { taskId } = await stage.buyer.client.task.create.mutate({ runId, spec });
    const placed = await run(first, await startOf(first.session, taskId));
    const second = await addNode(runId);
    await leaveRun(
      { sender: stage.chain.sender('provider'), registry: stage.chain.addresses.registry },
      { runId, node: first.node.address },
    );
    const stop = await first.session.waitForOrder('stop');
    expect(stop.body).toMatchObject({ ...placed, reason: 'evicted' });
    expect((await allocationsOf(taskId)).map(({ phase }) => phase)).toEqual(['Running']);
    await first.session.report({
      orders: [{ orderId: stop.order.orderId, ok: true }],
      allocations: [{ ...placed, phase: 'Cancelled', exitCode: 143 }],
    });
    const start = await startOf(second.session, taskId);
    expect(start.body.epoch).toBe(2);
    expect((await viewOf(runId, first.node)).phase).toBe('Left');
    const refused = await waitUntil('a closed session', () =>
      first.session.heartbeat().then(
        () => null,
        (error: unknown) => error,
      ),
    );
    expect(refused).toMatchObject({ data: { app: { code: 'SESSION_SUPERSEDED' } } });
  });

  it('is drained at the buyer’s wish: nothing new is placed on it and what it runs moves', async () => {
    const runId = await stage.createRun();
    const first = await addNode(runId);
    const { taskId } = await stage.buyer.client.task.create.mutate({ runId, spec });
    const placed = await run(first, await startOf(first.session, taskId));
    const second = await addNode(runId);
    await stage.buyer.client.node.drain.mutate({ runId, node: first.node.address });
    const [stop, drain] = [await first.session.waitForOrder('stop'), await first.session.waitForOrder('drain')];
    await first.session.report({
      orders: [stop, drain].map(({ order }) => ({ orderId: order.orderId, ok: true })),
      allocations: [{ ...placed, phase: 'Cancelled', exitCode: 0 }],
    });
    expect((await startOf(second.session, taskId)).body.epoch).toBe(2);
    expect((await viewOf(runId, first.node)).phase).toBe('Draining');
  });
});
