import { closeRun } from '@muster/chain/actions/close-run';
import { AppError } from '@muster/protocol/errors/app-error';
import type { AllocationStatus } from '@muster/protocol/messages/frames';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setUpStage, type Stage } from '../../testing/setup.ts';
import type { ReceivedOrder, TestSession } from '../../testing/test-session.ts';
import { waitUntil } from '../../testing/wait-until.ts';

let stage: Stage;
let runId: string;
let session: TestSession;
let beating: NodeJS.Timeout;

beforeAll(async () => {
  // What runs on after its end is a stray after one of these.
  stage = await setUpStage({ heartbeatMs: 5_000 });
  runId = await stage.createRun();
  session = await stage.openSession(await stage.createInvitedNode(runId));
  beating = setInterval(() => void session.heartbeat().catch(() => undefined), 100);
});

afterAll(async () => {
  clearInterval(beating);
  await stage.stop();
});

const tasks = () => stage.buyer.client.task;
const create = (spec: object = {}) => tasks().create.mutate({ runId, spec: { image: 'busybox', ...spec } });
const orderOf = <K extends ReceivedOrder['kind']>(kind: K, taskId: string) =>
  waitUntil(`a ${kind} order`, async () => {
    const { allocations } = await tasks().get.query({ taskId });
    const ids = new Set(allocations.map(({ allocationId }) => allocationId));
    return session.received.find(
      (order): order is Extract<ReceivedOrder, { kind: K }> =>
        order.kind === kind && 'allocationId' in order.body && ids.has(order.body.allocationId),
    );
  });

async function startTask(spec: object = {}) {
  const { taskId } = await create(spec);
  const start = await orderOf('start', taskId);
  const { allocationId, epoch } = start.body;
  const say = (status: Partial<AllocationStatus>) => session.report({ allocations: [{ allocationId, epoch, ...status }] });
  await session.report({ orders: [{ orderId: start.order.orderId, ok: true }] });
  await say({ phase: 'Running', startedAt: Date.now() });
  return { taskId, allocationId, epoch, start, say };
}
const phaseIs = (taskId: string, phase: string) =>
  waitUntil(`the task ${phase}`, async () => {
    const view = await tasks().get.query({ taskId });
    return view.phase === phase && view;
  });

describe('creating a task', () => {
  it('answers a repeated key with the first task, and refuses another spec under it', async () => {
    const input = { runId, spec: { image: 'busybox', command: ['true'] }, idempotencyKey: 'once' };
    const first = await tasks().create.mutate(input);
    expect((await tasks().create.mutate(input)).taskId).toBe(first.taskId);
    const other = tasks().create.mutate({ ...input, spec: { image: 'busybox', command: ['false'] } });
    await expect(other).rejects.toMatchObject({ data: { app: { code: 'IDEMPOTENCY_CONFLICT', data: { taskId: first.taskId } } } });
    const sealed = tasks().create.mutate({ ...input, needsCredentials: true });
    await expect(sealed).rejects.toMatchObject({ data: { app: { code: 'IDEMPOTENCY_CONFLICT' } } });
  });

  it('answers a repeated key with the first task after its run has closed, and takes nothing new there', async () => {
    const closing = await stage.createRun();
    const input = { runId: closing, spec: { image: 'busybox' }, idempotencyKey: 'before the end' };
    const first = await tasks().create.mutate(input);
    await closeRun({ sender: stage.chain.sender('buyer'), registry: stage.chain.addresses.registry }, { runId: closing });
    await waitUntil('a closed run', async () => (await stage.buyer.client.run.get.query({ runId: closing })).status === 'closed');
    expect((await tasks().create.mutate(input)).taskId).toBe(first.taskId);
    const other = tasks().create.mutate({ ...input, spec: { image: 'busybox:1.37' } });
    await expect(other).rejects.toMatchObject({ data: { app: { code: 'IDEMPOTENCY_CONFLICT' } } });
    for (const idempotencyKey of ['after it', undefined])
      await expect(tasks().create.mutate({ ...input, idempotencyKey })).rejects.toMatchObject({ data: { app: { code: 'RUN_CLOSED' } } });
  });

  it.each(['a\0', 'a\ud800'])('refuses %j as a key', async (idempotencyKey) => {
    const made = tasks().create.mutate({ runId, spec: { image: 'busybox' }, idempotencyKey });
    await expect(made).rejects.toMatchObject({ data: { app: { code: 'BAD_INPUT', data: { issues: [{ path: 'idempotencyKey' }] } } } });
  });

  it('takes YAML, and points at what is wrong in it', async () => {
    const task = await tasks().create.mutate({ runId, spec: 'name: from yaml\nimage: busybox\nresources:\n  memory: 64MiB\n' });
    expect(task).toMatchObject({ name: 'from yaml', phase: 'Pending', spec: { resources: { memoryBytes: 67_108_864 } } });
    const wrong = await tasks()
      .create.mutate({ runId, spec: 'image: busybox\ngpus: 8\n' })
      .catch((error: unknown) => AppError.fromWire(error));
    expect(wrong).toMatchObject({ code: 'TASK_SPEC_INVALID', publicMessage: expect.stringContaining('gpus') });
  });

  it('keeps a task that no node can take, and says why', async () => {
    const { taskId } = await create({ resources: { memory: '1TB' } });
    const waiting = await waitUntil('a reason', async () => {
      const view = await tasks().get.query({ taskId });
      return view.phaseReason !== null && view;
    });
    expect(waiting).toMatchObject({ phase: 'Pending', phaseReason: 'no node of the run is big enough' });
    await tasks().stop.mutate({ taskId });
    await phaseIs(taskId, 'Cancelled');
  });
});

describe('what a node reports', () => {
  it('shows a container that ran out of memory, with the hint', async () => {
    const { taskId, say } = await startTask({ restart: { policy: 'never' } });
    const error = {
      code: 'CONTAINER_OOM_KILLED',
      message: 'The container was killed because it ran out of memory.',
      hint: 'Raise resources.memory.',
    };
    await say({ phase: 'Failed', exitCode: 137, oomKilled: true, error, endedAt: Date.now() });
    const failed = await phaseIs(taskId, 'Failed');
    expect(failed.allocations).toMatchObject([{ phase: 'Failed', exitCode: 137, oomKilled: true, error }]);
  });

  it('fails a task whose start order could not even be begun', async () => {
    const { taskId } = await create({ restart: { policy: 'never' } });
    const { order } = await orderOf('start', taskId);
    await session.report({
      orders: [{ orderId: order.orderId, ok: false, error: { code: 'IMAGE_NOT_FOUND', message: 'No such image: busybox' } }],
    });
    const failed = await phaseIs(taskId, 'Failed');
    expect(failed.allocations[0]?.error).toMatchObject({ code: 'IMAGE_NOT_FOUND' });
  });

  it('retries a failed container as a new allocation under the next epoch', async () => {
    const { taskId, say } = await startTask({ restart: { policy: 'on-failure', maxRetries: 1, backoff: '0s' } });
    await say({ phase: 'Failed', exitCode: 1 });
    const retried = await waitUntil('a second allocation', async () => {
      const view = await tasks().get.query({ taskId });
      return view.allocations.length === 2 && view;
    });
    expect(retried.allocations.map(({ epoch, restarts }) => ({ epoch, restarts }))).toEqual([
      { epoch: 2, restarts: 1 },
      { epoch: 1, restarts: 0 },
    ]);
    const [second] = retried.allocations;
    if (!second) throw new Error('no allocation');
    await session.report({ allocations: [{ allocationId: second.allocationId, epoch: 2, phase: 'Failed', exitCode: 1 }] });
    expect((await phaseIs(taskId, 'Failed')).allocations).toHaveLength(2);
  });

  it('is a reason to stop what has run for too long', async () => {
    const { taskId, allocationId, epoch, say } = await startTask({ timeout: '1s', restart: { policy: 'never' } });
    const stop = await orderOf('stop', taskId);
    expect(stop.body).toMatchObject({ allocationId, epoch, reason: 'timeout' });
    await session.report({ orders: [{ orderId: stop.order.orderId, ok: true }] });
    await say({ phase: 'Cancelled', exitCode: 143 });
    const failed = await phaseIs(taskId, 'Failed');
    expect(failed.allocations).toMatchObject([{ phase: 'Failed', error: { code: 'TASK_TIMED_OUT' } }]);
  });

  it('is a reason to stop what has long ended in the books', async () => {
    const { taskId, allocationId, epoch, say } = await startTask({ restart: { policy: 'never' } });
    await say({ phase: 'Succeeded', exitCode: 0 });
    await phaseIs(taskId, 'Succeeded');
    await waitUntil('an order to stop it', async () => {
      await session.heartbeat([{ allocationId, epoch, phase: 'Running' }]);
      return session.received.find(({ kind, body }) => kind === 'stop' && 'allocationId' in body && body.allocationId === allocationId);
    });
    expect((await tasks().get.query({ taskId })).phase).toBe('Succeeded');
  });
});

describe('what a buyer asks of a running task', () => {
  it('restarts its container in place', async () => {
    const { taskId, allocationId, epoch, say } = await startTask();
    await tasks().restart.mutate({ taskId });
    const restart = await orderOf('restart', taskId);
    expect(restart.body).toMatchObject({ allocationId, epoch, graceMs: 10_000 });
    await session.report({ orders: [{ orderId: restart.order.orderId, ok: true }] });
    await say({ phase: 'Starting', restarts: 1 });
    await say({ phase: 'Running', restarts: 1 });
    const [allocation] = (await tasks().get.query({ taskId })).allocations;
    expect(allocation).toMatchObject({ allocationId, phase: 'Running', restarts: 1 });
  });

  it('has the node look at it now', async () => {
    const { taskId, allocationId, epoch } = await startTask();
    const inspecting = tasks().inspect.mutate({ allocationId });
    const inspect = await orderOf('inspect', taskId);
    expect(inspect.body).toMatchObject({ allocationId, epoch });
    await session.report({ orders: [{ orderId: inspect.order.orderId, ok: true }] });
    await expect(inspecting).resolves.toMatchObject({ acknowledged: true, allocation: { allocationId } });
  });

  it('ends what its node does not know, as after a backup of the database was restored', async () => {
    const { taskId, allocationId } = await startTask({ restart: { policy: 'never' } });
    const inspecting = tasks().inspect.mutate({ allocationId });
    const { order } = await orderOf('inspect', taskId);
    const error = { code: 'ALLOCATION_UNKNOWN', message: 'It is not here.' };
    await session.report({ orders: [{ orderId: order.orderId, ok: false, error }] });
    await inspecting;
    expect((await phaseIs(taskId, 'Failed')).allocations).toMatchObject([{ allocationId, phase: 'Lost' }]);
  });

  it('is refused where it makes no sense', async () => {
    const { taskId, say } = await startTask({ restart: { policy: 'never' } });
    await expect(tasks().sync.mutate({ taskId, volume: 'nope' })).rejects.toMatchObject({ data: { app: { code: 'VOLUME_UNKNOWN' } } });
    await say({ phase: 'Succeeded', exitCode: 0 });
    await phaseIs(taskId, 'Succeeded');
    for (const call of ['stop', 'restart'] as const)
      await expect(tasks()[call].mutate({ taskId })).rejects.toMatchObject({ data: { app: { code: 'TASK_ENDED' } } });
  });
});

describe('the lists', () => {
  it('are paged, newest first', async () => {
    const first = await tasks().list.query({ runId, limit: 2 });
    expect(first.items).toHaveLength(2);
    const second = await tasks().list.query({ runId, limit: 200, cursor: first.nextCursor });
    const times = [...first.items, ...second.items].map(({ createdAt }) => createdAt);
    expect(times).toEqual(times.toSorted().toReversed());
    expect(second.nextCursor).toBeNull();
  });
});
