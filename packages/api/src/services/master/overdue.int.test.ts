import type { AllocationStatus } from '@muster/protocol/messages/frames';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { setUpStage, type Stage } from '../../testing/setup.ts';
import type { TestNode } from '../../testing/test-node.ts';
import type { ReceivedOrder, TestSession } from '../../testing/test-session.ts';
import { waitUntil } from '../../testing/wait-until.ts';

type Start = Extract<ReceivedOrder, { kind: 'start' }>;
/** `tells`: what its heartbeats say of its containers. */
type Member = { node: TestNode; session: TestSession; tells: Parameters<TestSession['heartbeat']>[0] };

/** Short enough to be waited for, and long enough that nothing else is: a node that stalls for seconds is not yet Unhealthy. */
const HEARTBEAT_MS = 2_000;
const START_WITHIN_MS = 3_000;
let stage: Stage;
const timers: NodeJS.Timeout[] = [];

beforeAll(async () => {
  stage = await setUpStage({ heartbeatMs: HEARTBEAT_MS, startWithinMs: START_WITHIN_MS });
});

afterEach(() => {
  for (const timer of timers.splice(0)) clearInterval(timer);
});

afterAll(() => stage.stop());

/** A node that beats, and does nothing else of its own accord. */
const addNode = async (runId: string): Promise<Member> => beat(runId, await stage.createInvitedNode(runId));

async function beat(runId: string, node: TestNode): Promise<Member> {
  const session = await stage.openSession(node);
  const member: Member = { node, session, tells: [] };
  timers.push(setInterval(() => void session.heartbeat(member.tells).catch(() => undefined), 150));
  await waitUntil('a healthy node', async () => {
    const { phase } = await stage.buyer.client.node.get.query({ runId, node: node.address });
    return phase === 'Healthy';
  });
  return member;
}

const taskOf = (taskId: string) => stage.buyer.client.task.get.query({ taskId });
const startsOf = ({ session }: Member, taskId: string) =>
  session.received.filter((order): order is Start => order.kind === 'start' && order.body.taskId === taskId);
const firstStart = (member: Member, taskId: string) => waitUntil('a start order', () => startsOf(member, taskId)[0]);
const say = ({ session }: Member, { body: { allocationId, epoch }, order }: Start, status: Partial<AllocationStatus>) =>
  session.report({ orders: [{ orderId: order.orderId, ok: true }], allocations: [{ allocationId, epoch, ...status }] });
const retrying = { image: 'busybox:1.37', grace: '0s', restart: { policy: 'on-failure', maxRetries: 3, backoff: '0s' } };

describe('a healthy node that does nothing about a start order', () => {
  it('is told to stop it, then loses it to another node under the next epoch, and what it says later counts for nothing', async () => {
    const runId = await stage.createRun();
    const [idle, spare] = [await addNode(runId), await stage.createInvitedNode(runId)];
    const { taskId } = await stage.buyer.client.task.create.mutate({ runId, spec: { ...retrying, grace: '2s' } });
    const start = await firstStart(idle, taskId);
    const stop = await idle.session.waitForOrder('stop');
    expect(stop.body).toMatchObject({ allocationId: start.body.allocationId, reason: 'overdue' });
    expect((await taskOf(taskId)).allocations).toMatchObject([{ phase: 'Placed', desired: 'Stopped' }]);

    const other = await beat(runId, spare);
    const again = await firstStart(other, taskId);
    expect(again.body).toMatchObject({ replica: 0, epoch: 2 });
    await say(other, again, { phase: 'Running', startedAt: Date.now() });
    const message = 'Nothing came of it for 3 s after it was placed';
    const seen = () =>
      taskOf(taskId).then(({ allocations }) =>
        allocations.map(({ node, epoch, phase, error }) => ({ node, epoch, phase, code: error?.code })),
      );
    const expected = [
      { node: other.node.address, epoch: 2, phase: 'Running', code: undefined },
      { node: idle.node.address, epoch: 1, phase: 'Failed', code: 'START_TIMED_OUT' },
    ];
    expect(await seen()).toEqual(expected);
    await say(idle, start, { phase: 'Running', startedAt: Date.now() });
    expect(await seen()).toEqual(expected);
    const { events } = await timelineOf(runId);
    expect(events).toContainEqual(
      expect.objectContaining({ subject: start.body.allocationId, from: 'Placed', to: 'Failed', actor: 'master', reason: message }),
    );
  });

  it('fails the task for which the buyer wants no second try', async () => {
    const runId = await stage.createRun();
    const idle = await addNode(runId);
    const { taskId } = await stage.buyer.client.task.create.mutate({ runId, spec: { image: 'busybox', grace: '0s' } });
    await firstStart(idle, taskId);
    const task = await waitUntil('a failed task', async () => {
      const found = await taskOf(taskId);
      return found.phase === 'Failed' && found;
    });
    expect(task.allocations).toMatchObject([{ phase: 'Failed', error: { code: 'START_TIMED_OUT' } }]);
  });

  it('is asked again after a pause where there is no other, and the buyer reads why the task waits', async () => {
    const runId = await stage.createRun();
    const only = await addNode(runId);
    const { taskId } = await stage.buyer.client.task.create.mutate({ runId, spec: retrying });
    await firstStart(only, taskId);
    const task = await waitUntil('a waiting task', async () => {
      const found = await taskOf(taskId);
      return found.phaseReason?.includes('Nothing came of it for 3 s after it was placed') && found;
    });
    expect(task.phase).toBe('Pending');
    expect(startsOf(only, taskId)).toHaveLength(1);
  });
});

describe('a node that cannot get a container started', () => {
  it('says that it has stopped it, and the buyer reads what the node said before', async () => {
    const runId = await stage.createRun();
    const node = await addNode(runId);
    const { taskId } = await stage.buyer.client.task.create.mutate({ runId, spec: { image: 'busybox', grace: '0s' } });
    const start = await firstStart(node, taskId);
    await say(node, start, { phase: 'Pulling', error: { code: 'DOCKER_UNAVAILABLE', message: 'Docker does not answer.', hint: '' } });
    await node.session.waitForOrder('stop');
    await say(node, start, { phase: 'Cancelled' });
    expect((await taskOf(taskId)).allocations).toMatchObject([
      {
        phase: 'Failed',
        error: {
          code: 'START_TIMED_OUT',
          message: 'Nothing came of it for 3 s while its image was pulled; its node last said DOCKER_UNAVAILABLE: Docker does not answer.',
        },
      },
    ]);
  });
});

describe('a node that beats and ignores a stop', () => {
  it('is waited for until the time that the buyer reads; then the allocation is Lost, and what it still tells of is ordered to stop', async () => {
    const runId = await stage.createRun();
    const deaf = await addNode(runId);
    const { taskId } = await stage.buyer.client.task.create.mutate({ runId, spec: { ...retrying, grace: '2s' } });
    const start = await firstStart(deaf, taskId);
    const { allocationId, epoch } = start.body;
    await say(deaf, start, { phase: 'Running', startedAt: Date.now() });
    await stage.buyer.client.task.stop.mutate({ taskId });
    const told = await waitUntil('what the buyer reads', async () => (await taskOf(taskId)).allocations[0]?.stopping);
    // Twice the grace of 2 s, as long as a start may take, and until a silent node is lost.
    expect(Date.parse(told.endsAt ?? '') - Date.parse(told.askedAt)).toBe(4_000 + START_WITHIN_MS + 4 * HEARTBEAT_MS);

    const failed = await waitUntil('the end', async () => {
      const found = await taskOf(taskId);
      return found.phase === 'Failed' && found;
    });
    expect(failed.allocations).toMatchObject([{ phase: 'Lost', error: { code: 'STOP_TIMED_OUT' }, stopping: null }]);
    expect(Date.parse(failed.allocations[0]?.endedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(told.endsAt ?? ''));
    const { events } = await timelineOf(runId);
    expect(events).toContainEqual(
      expect.objectContaining({ subject: deaf.node.address, to: 'STOP_TIMED_OUT', reason: expect.stringContaining(allocationId) }),
    );
    // The order rides on every heartbeat's answer until it is acknowledged; one that acknowledged it and kept the container gets another.
    const ordered = async () =>
      (await deaf.session.heartbeat(deaf.tells)).orders.map(({ message: { orderId, kind } }) => ({ orderId, kind }));
    const [stop] = await ordered();
    expect(stop?.kind).toBe('stop');
    deaf.tells = [{ allocationId, epoch, phase: 'Running' }];
    await deaf.session.report({ orders: [{ orderId: stop!.orderId, ok: true }] });
    await waitUntil('another stop', async () =>
      (await ordered()).some(({ kind, orderId }) => kind === 'stop' && orderId !== stop!.orderId),
    );
    expect(startsOf(deaf, taskId)).toHaveLength(1);
  });
});

describe('a long pull', () => {
  it('goes on for as long as it gets on, and so does one that waits for its turn meanwhile', async () => {
    const runId = await stage.createRun();
    const node = await addNode(runId);
    const create = () => stage.buyer.client.task.create.mutate({ runId, spec: { image: 'busybox', grace: '0s' } });
    const [pulling, waiting] = [await create(), await create()];
    const [first, second] = [await firstStart(node, pulling.taskId), await firstStart(node, waiting.taskId)];
    await say(node, second, { phase: 'Pulling', pull: { stage: 'queue', current: 0, total: 0 } });
    const total = 1_000_000;
    let current = 0;
    const pull = setInterval(() => {
      current += 1;
      void say(node, first, { phase: 'Pulling', pull: { stage: 'download', current, total } }).catch(() => undefined);
    }, 200);
    timers.push(pull);
    const phases = async () => [await taskOf(pulling.taskId), await taskOf(waiting.taskId)].map(({ allocations }) => allocations[0]?.phase);
    // More steps than the deadline, and all the patience after it, have time for.
    await waitUntil('a long pull', () => current * 200 > START_WITHIN_MS + 4 * HEARTBEAT_MS);
    expect(await phases()).toEqual(['Pulling', 'Pulling']);
    expect(node.session.received.filter(({ kind }) => kind === 'stop')).toEqual([]);

    clearInterval(pull);
    await waitUntil('both are given up', async () => (await phases()).every((phase) => phase === 'Failed'));
  });
});

const timelineOf = async (runId: string) => ({ events: (await stage.buyer.client.run.timeline.query({ runId })).items });
