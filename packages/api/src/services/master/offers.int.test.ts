import type { Heartbeat } from '@muster/protocol/messages/frames';
import type { Offer } from '@muster/protocol/offer';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { setUpStage, type Stage } from '../../testing/setup.ts';
import type { TestNode } from '../../testing/test-node.ts';
import type { ReceivedOrder } from '../../testing/test-session.ts';
import { waitUntil } from '../../testing/wait-until.ts';

let stage: Stage;
const timers: NodeJS.Timeout[] = [];

beforeAll(async () => {
  stage = await setUpStage();
});

afterEach(() => {
  for (const timer of timers.splice(0)) clearInterval(timer);
});

afterAll(() => stage.stop());

const GPU = { uuid: 'GPU-1', model: 'NVIDIA H100 80GB HBM3', memoryBytes: 85e9 };
const offer: Offer = {
  capacity: { cpu: 4, memoryBytes: 8e9, diskBytes: 1e11, gpus: [] },
  perAllocation: {},
  features: { gpu: false, egress: false, root: false, ports: false },
  maxAllocations: 8,
  accepting: true,
};

/** A node that beats with what `says` returns. */
const addNode = async (runId: string, says: () => Partial<Heartbeat>) => beat(runId, await stage.createInvitedNode(runId), says);

async function beat(runId: string, node: TestNode, says: () => Partial<Heartbeat>) {
  const session = await stage.openSession(node);
  timers.push(setInterval(() => void session.heartbeat([], says()).catch(() => undefined), 150));
  await waitUntil('a healthy node', async () => {
    const view = await stage.buyer.client.node.get.query({ runId, node: node.address });
    return view.phase === 'Healthy' && view.offer !== null;
  });
  return { node, session };
}

const taskOf = (taskId: string) => stage.buyer.client.task.get.query({ taskId });
const isStart = (order: ReceivedOrder): order is Extract<ReceivedOrder, { kind: 'start' }> => order.kind === 'start';

describe('offers', () => {
  it('come with the first heartbeat of a session: until then nothing is placed on its node', async () => {
    const runId = await stage.createRun();
    const session = await stage.openSession(await stage.createInvitedNode(runId));
    const { taskId } = await stage.buyer.client.task.create.mutate({ runId, spec: { image: 'busybox' } });
    const reads = (reason: string) => waitUntil(reason, async () => (await taskOf(taskId)).phaseReason === reason);
    await reads('no node of the run is healthy');
    timers.push(setInterval(() => void session.heartbeat([], { offer: { ...offer, accepting: false, reason: 'drained' } }), 150));
    await reads('no node that could take it takes new work now: drained');
    expect((await taskOf(taskId)).allocations).toEqual([]);
  });

  it('decide where a task goes, and what the buyer reads while nothing takes it', async () => {
    const runId = await stage.createRun();
    let says: Partial<Heartbeat> = { offer };
    const { node, session } = await addNode(runId, () => says);
    const { taskId } = await stage.buyer.client.task.create.mutate({
      runId,
      spec: { image: 'busybox', network: 'egress', resources: { gpu: { model: 'H100' } } },
    });
    const reads = (reason: string) => waitUntil(reason, async () => (await taskOf(taskId)).phaseReason === reason);
    await reads('no node of the run has the GPUs that it asks for');
    says = { offer: { ...offer, capacity: { ...offer.capacity, gpus: [GPU] } } };
    await reads('no node offers GPUs to containers');
    const features = { ...offer.features, gpu: true };
    says = { offer: { ...offer, capacity: { ...offer.capacity, gpus: [GPU] }, features } };
    await reads('no node offers egress (network: egress)');
    const closed = { ...offer, capacity: { ...offer.capacity, gpus: [GPU] }, features: { ...features, egress: true }, accepting: false };
    says = { offer: { ...closed, reason: 'maintenance' } };
    await reads('no node that could take it takes new work now: maintenance');
    expect((await taskOf(taskId)).allocations).toEqual([]);

    says = { offer: { ...closed, accepting: true } };
    const start = await waitUntil('a start order', () => session.received.find(isStart));
    const { allocationId, epoch } = start.body;
    await session.report({
      orders: [{ orderId: start.order.orderId, ok: true }],
      allocations: [{ allocationId, epoch, phase: 'Running', startedAt: Date.now() }],
    });
    const usage = { cpu: 0.5, memoryBytes: 1_000, rxBytesPerSecond: 7 };
    const gpu = { uuid: GPU.uuid, utilisation: 0.9 };
    says = {
      offer: { ...closed, accepting: true },
      usage: { cpu: 1, memoryBytes: 1, diskBytes: 1, gpus: [gpu] },
      allocations: [{ allocationId, epoch, phase: 'Running', gpus: [GPU.uuid], usage }],
    };
    const [allocation] = await waitUntil('live figures', async () => {
      const { allocations } = await taskOf(taskId);
      return allocations[0]?.usage && allocations;
    });
    expect(allocation).toMatchObject({ usage, gpus: [gpu] });
    expect(await stage.buyer.client.node.get.query({ runId, node: node.address })).toMatchObject({
      usage: { gpus: [gpu] },
      offer: { features: { gpu: true } },
    });
  });

  it('are asked elsewhere when a node refuses, whatever the restart policy, and the buyer reads the rule', async () => {
    const runId = await stage.createRun();
    const [first, spare] = [await addNode(runId, () => ({ offer })), await stage.createInvitedNode(runId)];
    const { taskId } = await stage.buyer.client.task.create.mutate({ runId, spec: { image: 'busybox', restart: { policy: 'never' } } });
    const refused = await waitUntil('a start order', () => first.session.received.find(isStart));
    const message = 'The owner of this node does not allow the image busybox; allowed: ghcr.io/org';
    await first.session.report({ orders: [{ orderId: refused.order.orderId, ok: false, error: { code: 'POLICY_REFUSED', message } }] });
    const pending = await waitUntil('a pending task', async () => {
      const task = await taskOf(taskId);
      return task.phaseReason?.startsWith('every node') && task;
    });
    expect(pending).toMatchObject({
      phase: 'Pending',
      phaseReason: `every node that could take it refuses it: ${message}`,
      allocations: [
        {
          phase: 'Failed',
          node: first.node.address,
          error: { code: 'POLICY_REFUSED', message, hint: expect.stringContaining('another node') },
        },
      ],
    });
    const second = await beat(runId, spare, () => ({ offer }));
    const taken = await waitUntil('a start order elsewhere', () => second.session.received.find(isStart));
    expect(taken.body).toMatchObject({ taskId, epoch: 2 });
    expect(first.session.received.filter(isStart)).toHaveLength(1);
  });
});
