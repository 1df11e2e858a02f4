import { createHash, randomUUID } from 'node:crypto';
import { closeRun } from '@muster/chain/actions/close-run';
import { signMessage } from '@muster/protocol/messages/define-message';
import { SyncAck } from '@muster/protocol/messages/sync-ack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setUpStage, type Stage } from '../../testing/setup.ts';
import type { TestNode } from '../../testing/test-node.ts';
import type { TestSession } from '../../testing/test-session.ts';
import { waitUntil } from '../../testing/wait-until.ts';

let stage: Stage;
let runId: string;
let node: TestNode;
let session: TestSession;
let beating: NodeJS.Timeout;

beforeAll(async () => {
  stage = await setUpStage();
  runId = await stage.createRun();
  node = await stage.createInvitedNode(runId);
  session = await stage.openSession(node);
  beating = setInterval(() => void session.heartbeat().catch(() => undefined), 150);
});

afterAll(async () => {
  clearInterval(beating);
  await stage.stop();
});

const nodeView = () => stage.buyer.client.node.get.query({ runId, node: node.address });
const spec = { name: 'demo', image: 'busybox:1.37', command: ['true'], volumes: [{ name: 'data', path: '/data' }] };

describe('a run from its first node to its end', () => {
  it('shows the node healthy once its heartbeats arrive', async () => {
    const view = await waitUntil('a healthy node that was heard', async () => {
      const now = await nodeView();
      return now.phase === 'Healthy' && now.usage !== null && now;
    });
    expect(view).toMatchObject({
      standing: 'Approved',
      provider: stage.chain.account('provider').address,
      usage: { cpu: 1 },
      capabilities: { memoryBytes: 16_000_000_000 },
    });
    expect(JSON.stringify(view)).not.toContain(node.endpoint);
  });

  it('sends a created task to the node as a signed order and follows its reports to the end', async () => {
    const { client } = stage.buyer;
    const task = await client.task.create.mutate({ runId, spec });
    const start = await session.waitForOrder('start');
    expect(start.body).toMatchObject({ taskId: task.taskId, specHash: task.specHash, epoch: 1, replica: 0 });
    const { allocationId, epoch } = start.body;
    const ports = [{ name: 'web', port: 80, protocol: 'tcp' as const, address: '203.0.113.5', hostPort: 40_000 }];
    await session.report({
      orders: [{ orderId: start.order.orderId, ok: true }],
      allocations: [{ allocationId, epoch, phase: 'Running', containerId: 'c1', ports, startedAt: Date.now() }],
    });
    const running = await waitUntil('a running task', async () => {
      const view = await client.task.get.query({ taskId: task.taskId });
      return view.phase === 'Running' && view;
    });
    expect(running.allocations).toMatchObject([{ allocationId, phase: 'Running', containerId: 'c1', node: node.address, ports }]);

    const chunk = { allocationId, sequence: 0, lines: [{ at: Date.now(), stream: 'stdout' as const, text: 'hello' }] };
    const [first, again] = [await session.logs([chunk]), await session.logs([chunk])];
    expect([first.acked, again.acked]).toEqual([[{ allocationId, sequence: 0 }], [{ allocationId, sequence: 0 }]]);
    const log = await client.log.read.query({ allocationId });
    expect(log.chunks.flatMap(({ lines }) => lines.map(({ text }) => text))).toEqual(['hello']);

    await session.report({ allocations: [{ allocationId, epoch, phase: 'Succeeded', exitCode: 0, endedAt: Date.now() }] });
    const ended = await waitUntil('an ended task', async () => {
      const view = await client.task.get.query({ taskId: task.taskId });
      return view.phase === 'Succeeded' && view;
    });
    expect(ended.allocations).toMatchObject([{ phase: 'Succeeded', exitCode: 0, ports: [] }]);
    const { items } = await client.run.timeline.query({ runId });
    expect(items.filter(({ subject }) => subject === allocationId).map(({ to }) => to)).toEqual(['Succeeded', 'Running', 'Placed']);
  });

  it('keeps a snapshot that the node uploaded and signed, and gives it to the owner alone', async () => {
    const { client, token } = stage.buyer;
    const task = await client.task.create.mutate({ runId, spec });
    const start = await waitUntil('the second start', () =>
      session.received.find((order) => order.kind === 'start' && order.body.taskId === task.taskId),
    );
    if (start.kind !== 'start') throw new Error('not a start order');
    const { allocationId, epoch } = start.body;
    await session.report({
      orders: [{ orderId: start.order.orderId, ok: true }],
      allocations: [{ allocationId, epoch, phase: 'Running', startedAt: Date.now() }],
    });
    const { snapshotIds } = await client.task.sync.mutate({ taskId: task.taskId, volume: 'data' });
    const sync = await session.waitForOrder('sync');
    expect(snapshotIds).toEqual([sync.body.snapshotId]);

    const archive = Buffer.from('an archive');
    const sha256 = `0x${createHash('sha256').update(archive).digest('hex')}` as const;
    const { snapshotId } = sync.body;
    const upload = (bytes: Buffer, frameBody: object) =>
      fetch(`${stage.server.url}/master/blobs/${sha256}`, {
        method: 'PUT',
        body: new Uint8Array(bytes),
        headers: { 'x-muster-frame': Buffer.from(JSON.stringify(session.nextFrame('blobs', frameBody))).toString('base64url') },
      });
    const wrong = await upload(Buffer.from('another  !'), { sha256, sizeBytes: archive.length, snapshotId });
    expect([wrong.status, (await wrong.json()) as unknown]).toMatchObject([422, { error: { code: 'SNAPSHOT_MISMATCH' } }]);
    const unasked = await upload(archive, { sha256, sizeBytes: archive.length, snapshotId: randomUUID() });
    expect(unasked.status).toBe(404);
    const stored = await upload(archive, { sha256, sizeBytes: archive.length, snapshotId });
    expect(stored.status).toBe(200);

    const { runId: _runId, ...rest } = {
      runId,
      node: node.address,
      seq: node.seq,
      orderId: sync.order.orderId,
      allocationId,
      volume: 'data',
      snapshotId,
      sha256,
      sizeBytes: archive.length,
      issuedAt: Date.now(),
    };
    await session.acknowledgeSync(signMessage(SyncAck, { runId, ...rest }, { domain: stage.domain, signer: node.signer }));
    const { items } = await client.snapshot.list.query({ taskId: task.taskId });
    expect(items).toMatchObject([{ snapshotId, sha256, sizeBytes: archive.length, volume: 'data' }]);

    const url = `${stage.server.url}/api/snapshots/${snapshotId}`;
    const mine = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    expect(Buffer.from(await mine.arrayBuffer())).toEqual(archive);
    expect((await fetch(url)).status).toBe(401);
  });

  it('stops a task gracefully and closes every session when the run is closed', async () => {
    const { client } = stage.buyer;
    const { items } = await client.task.list.query({ runId });
    const task = items.find(({ phase }) => phase === 'Running');
    if (!task) throw new Error('no running task');
    await client.task.stop.mutate({ taskId: task.taskId });
    const stop = await session.waitForOrder('stop');
    expect(stop.body).toMatchObject({ reason: 'buyer', graceMs: 10_000 });
    await session.report({
      orders: [{ orderId: stop.order.orderId, ok: true }],
      allocations: [{ allocationId: stop.body.allocationId, epoch: stop.body.epoch, phase: 'Failed', exitCode: 143 }],
    });
    const stopped = await waitUntil('a cancelled task', async () => {
      const view = await client.task.get.query({ taskId: task.taskId });
      return view.phase === 'Cancelled' && view;
    });
    expect(stopped.allocations[0]).toMatchObject({ phase: 'Cancelled', exitCode: 143 });

    await closeRun({ sender: stage.chain.sender('buyer'), registry: stage.chain.addresses.registry }, { runId });
    const closed = await waitUntil('a closed node', async () => (await nodeView()).phase === 'Closed' && nodeView());
    expect(closed.standing).toBe('Closed');
    const refused = await waitUntil('a refused heartbeat', () =>
      session.heartbeat().then(
        () => null,
        (error: unknown) => error,
      ),
    );
    expect(refused).toMatchObject({ data: { app: { code: 'SESSION_SUPERSEDED' } } });
    await expect(client.task.create.mutate({ runId, spec })).rejects.toMatchObject({ data: { app: { code: 'RUN_CLOSED' } } });
  });
});
