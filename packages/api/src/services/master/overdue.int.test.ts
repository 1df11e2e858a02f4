import type { AllocationStatus } from '@muster/protocol/messages/frames';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { setUpStage, type Stage } from '../../testing/setup.ts';
import type { TestNode } from '../../testing/test-node.ts';
import type { ReceivedOrder, TestSession } from '../../testing/test-session.ts';
import { waitUntil } from '../../testing/wait-until.ts';

type Start = Extract<ReceivedOrder, { kind: 'start' }>;
type Member = { node: TestNode; session: TestSession };

const START_WITHIN_MS = 1_500;
let stage: Stage;
const timers: NodeJS.Timeout[] = [];

beforeAll(async () => {
  stage = await setUpStage({ heartbeatMs: 500, startWithinMs: START_WITHIN_MS });
});

afterEach(() => {
  for (const timer of timers.splice(0)) clearInterval(timer);
});

afterAll(() => stage.stop());

/** A node that beats, and does nothing else of its own accord. */
async function addNode(runId: string): Promise<Member> {
  const node = await stage.createInvitedNode(runId);
  const session = await stage.openSession(node);
  timers.push(setInterval(() => void session.heartbeat().catch(() => undefined), 150));
  await waitUntil('a healthy node', async () => {
    const { phase } = await stage.buyer.client.node.get.query({ runId, node: node.address });
    return phase === 'Healthy';
  });
  return { node, session };
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
    const idle = await addNode(runId);
    const { taskId } = await stage.buyer.client.task.create.mutate({ runId, spec: retrying });
    const start = await firstStart(idle, taskId);
    const other = await addNode(runId);
    const stop = await idle.session.waitForOrder('stop');
    expect(stop.body).toMatchObject({ allocationId: start.body.allocationId, reason: 'overdue' });
    expect((await taskOf(taskId)).allocations).toMatchObject([{ phase: 'Placed', desired: 'Stopped' }]);

    const again = await firstStart(other, taskId);
    expect(again.body).toMatchObject({ replica: 0, epoch: 2 });
    await say(other, again, { phase: 'Running', startedAt: Date.now() });
    const message = 'Nothing came of it for 2 s after it was placed';
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
      return found.phase === 'Pending' && found.phaseReason !== null && found;
    });
    expect(task.phaseReason).toContain('Nothing came of it for 2 s after it was placed');
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
          message: 'Nothing came of it for 2 s while its image was pulled; its node last said DOCKER_UNAVAILABLE: Docker does not answer.',
        },
      },
    ]);
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
    await waitUntil('a long pull', () => current > 30);
    expect(await phases()).toEqual(['Pulling', 'Pulling']);
    expect(node.session.received.filter(({ kind }) => kind === 'stop')).toEqual([]);

    clearInterval(pull);
    await waitUntil('both are given up', async () => (await phases()).every((phase) => phase === 'Failed'));
  });
});

const timelineOf = async (runId: string) => ({ events: (await stage.buyer.client.run.timeline.query({ runId })).items });
