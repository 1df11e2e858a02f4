import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { signMessage } from '@muster/protocol/messages/define-message';
import { SyncAck } from '@muster/protocol/messages/sync-ack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setUpStage, type Stage } from '../../testing/setup.ts';
import type { TestNode } from '../../testing/test-node.ts';
import type { ReceivedOrder, TestSession } from '../../testing/test-session.ts';
import { waitUntil } from '../../testing/wait-until.ts';

type SyncOrder = Extract<ReceivedOrder, { kind: 'sync' }>;
type Archive = { bytes: Buffer; sha256: `0x${string}` };

let stage: Stage;
beforeAll(async () => {
  stage = await setUpStage({ limits: { snapshotBytes: 10_000 } });
});
afterAll(() => stage.stop());

const archiveOf = (bytes: Buffer = randomBytes(100)): Archive => ({
  bytes,
  sha256: `0x${createHash('sha256').update(bytes).digest('hex')}`,
});
const refusal = (code: string) => expect.objectContaining({ data: expect.objectContaining({ app: expect.objectContaining({ code }) }) });

/** A node with one running task that has a volume, which it was ordered to sync. */
async function setup() {
  const runId = await stage.createRun();
  const node = await stage.createInvitedNode(runId);
  const session = await stage.openSession(node);
  await session.heartbeat();
  const { client } = stage.buyer;
  const spec = { image: 'busybox', volumes: [{ name: 'data', path: '/data' }] };
  const { taskId } = await client.task.create.mutate({ runId, spec });
  const start = await session.waitForOrder('start');
  await session.report({
    orders: [{ orderId: start.order.orderId, ok: true }],
    allocations: [{ allocationId: start.body.allocationId, epoch: start.body.epoch, phase: 'Running', startedAt: Date.now() }],
  });
  const syncAgain = async (): Promise<SyncOrder> => {
    const { snapshotIds } = await client.task.sync.mutate({ taskId, volume: 'data' });
    return waitUntil('the sync order', () =>
      session.received.find((order): order is SyncOrder => order.kind === 'sync' && order.body.snapshotId === snapshotIds[0]),
    );
  };
  return { runId, node, session, taskId, sync: await syncAgain(), syncAgain };
}

const headersFor = (session: TestSession, { sha256, bytes }: Archive, snapshotId: string) => ({
  'x-muster-frame': Buffer.from(JSON.stringify(session.nextFrame('blobs', { sha256, sizeBytes: bytes.length, snapshotId }))).toString(
    'base64url',
  ),
});
const urlOf = ({ sha256 }: Archive): string => `${stage.server.url}/master/blobs/${sha256}`;

async function upload(session: TestSession, sync: SyncOrder, archive: Archive): Promise<string> {
  const response = await fetch(urlOf(archive), {
    method: 'PUT',
    body: new Uint8Array(archive.bytes),
    headers: headersFor(session, archive, sync.body.snapshotId),
  });
  const answer = (await response.json()) as { error?: { code: string } };
  return answer.error?.code ?? 'stored';
}

type AckInput = { runId: string; node: TestNode; session: TestSession; sync: SyncOrder; archive: Archive; sizeBytes?: number };
function acknowledge({ runId, node, session, sync, archive, sizeBytes = archive.bytes.length }: AckInput): Promise<void> {
  const { allocationId, volume, snapshotId } = sync.body;
  const ids = { orderId: sync.order.orderId, allocationId, volume, snapshotId };
  const message = { runId, node: node.address, seq: node.seq, ...ids, sha256: archive.sha256, sizeBytes, issuedAt: Date.now() };
  return session.acknowledgeSync(signMessage(SyncAck, message, { domain: stage.domain, signer: node.signer }));
}

const blobs = (): Promise<{ sha256: string }[]> =>
  stage.database.db.pool.query<{ sha256: string }>('SELECT sha256 FROM "Upload"').then(({ rows }) => rows);

describe('a snapshot', () => {
  it('counts only by the archive that its own node uploaded for it', async () => {
    const [mine, theirs] = [await setup(), await setup()];
    const archive = archiveOf();
    expect(await upload(mine.session, mine.sync, archive)).toBe('stored');
    await expect(acknowledge({ ...theirs, archive })).rejects.toEqual(refusal('SNAPSHOT_MISMATCH'));
    await expect(acknowledge({ ...mine, archive, sizeBytes: 1 })).rejects.toEqual(refusal('SNAPSHOT_MISMATCH'));
    await acknowledge({ ...mine, archive });
    // The answer was lost, say: the node says it again.
    await acknowledge({ ...mine, archive });
    expect(await stage.buyer.client.snapshot.list.query({ taskId: mine.taskId })).toMatchObject({ items: [{ sha256: archive.sha256 }] });
    expect(await stage.buyer.client.snapshot.list.query({ taskId: theirs.taskId })).toMatchObject({ items: [] });
  });

  it('has one archive: a newer one takes the place of one that was not acknowledged', async () => {
    const { session, sync, ...rest } = await setup();
    const [first, second] = [archiveOf(), archiveOf()];
    for (const archive of [first, second]) expect(await upload(session, sync, archive)).toBe('stored');
    expect((await blobs()).map(({ sha256 }) => sha256)).toContain(second.sha256);
    expect((await blobs()).map(({ sha256 }) => sha256)).not.toContain(first.sha256);
    await expect(acknowledge({ ...rest, session, sync, archive: first })).rejects.toEqual(refusal('SNAPSHOT_MISMATCH'));
    await acknowledge({ ...rest, session, sync, archive: second });
  });

  it('is no larger than the operator allows', async () => {
    const { session, sync } = await setup();
    expect(await upload(session, sync, archiveOf(randomBytes(10_001)))).toBe('PAYLOAD_TOO_LARGE');
  });

  it('is uploaded once at a time', async () => {
    const { session, sync } = await setup();
    const archive = archiveOf();
    const slow = request(urlOf(archive), {
      method: 'PUT',
      headers: { ...headersFor(session, archive, sync.body.snapshotId), 'content-length': archive.bytes.length },
    });
    slow.on('error', () => undefined);
    slow.write(archive.bytes.subarray(0, 10));
    await waitUntil('an upload under way', async () => (await blobs()).some(({ sha256 }) => sha256 === archive.sha256));
    expect(await upload(session, sync, archiveOf())).toBe('RATE_LIMITED');
    slow.destroy();
    const retry = archiveOf();
    await waitUntil('the place of the one that was given up', async () => (await upload(session, sync, retry)) === 'stored');
  });

  it('keeps an archive that another snapshot shares, and loses one that nobody acknowledged in time', async () => {
    const { session, sync, syncAgain, runId, node } = await setup();
    const [shared, forgotten] = [archiveOf(), archiveOf()];
    await upload(session, sync, shared);
    await acknowledge({ runId, node, session, sync, archive: shared });
    const [second, third] = [await syncAgain(), await syncAgain()];
    expect(await upload(session, second, shared)).toBe('stored');
    expect(await upload(session, third, forgotten)).toBe('stored');
    await stage.database.db.pool.query(`UPDATE "Upload" SET "beganAt" = now() - interval '2 days'`);
    await stage.server.app.sweep();
    expect(await blobs()).toEqual([]);
    await expect(acknowledge({ runId, node, session, sync: third, archive: forgotten })).rejects.toEqual(refusal('SNAPSHOT_MISMATCH'));
    const { token } = stage.buyer;
    const kept = await fetch(`${stage.server.url}/api/snapshots/${sync.body.snapshotId}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(Buffer.from(await kept.arrayBuffer())).toEqual(shared.bytes);
  });
});
