import { findAllocation } from '@muster/db/repositories/allocations';
import { acknowledgeOrders, findOrders } from '@muster/db/repositories/orders';
import { appendTimeline } from '@muster/db/repositories/timeline';
import { acceptUpload } from '@muster/db/repositories/uploads';
import type { OrderRow } from '@muster/db/rows';
import { AppError } from '@muster/protocol/errors/app-error';
import { unwrap } from '@muster/protocol/errors/result';
import { verifyEnvelope, type Envelope } from '@muster/protocol/messages/define-message';
import { Order } from '@muster/protocol/messages/order';
import { parseOrderBody, type OrderBody } from '@muster/protocol/messages/order-body';
import { SyncAck } from '@muster/protocol/messages/sync-ack';
import type { Deps } from '../../app/deps.ts';
import { runTopic } from '../../live/topics.ts';
import type { SessionKeys } from './session-book.ts';

/** What a sync order asked for; null for an order of another kind. */
function syncBodyOf(order: OrderRow): OrderBody<'sync'> | null {
  const parsed = parseOrderBody(Order.envelopeSchema.parse(order.envelope).message);
  return parsed.ok && parsed.value.kind === 'sync' ? parsed.value.body : null;
}

/** Turns an uploaded archive into a snapshot, on the word that the node signed. Repeating it changes nothing. Throws SNAPSHOT_MISMATCH, NOT_FOUND. */
export async function acknowledgeSync(
  deps: Pick<Deps, 'db' | 'domain' | 'clock' | 'live' | 'logger'>,
  session: SessionKeys,
  envelope: Envelope,
): Promise<void> {
  const { db, domain, clock, live, logger } = deps;
  const { message } = unwrap(verifyEnvelope(SyncAck, envelope, { domain, now: clock.now() }));
  const { runId, node, seq, orderId, allocationId, volume, snapshotId, sha256, sizeBytes } = message;
  if (runId !== session.runId || node !== session.node || seq !== session.seq) throw new AppError('FORBIDDEN');
  const [order] = await findOrders(db, [orderId]);
  const body = order?.runId === runId && order.node === node ? syncBodyOf(order) : null;
  const matches = body !== null && body.allocationId === allocationId && body.volume === volume && body.snapshotId === snapshotId;
  const allocation = matches ? await findAllocation(db, allocationId) : null;
  if (allocation === null) throw new AppError('NOT_FOUND', { publicMessage: 'No order asked for this snapshot.' });
  const { taskId } = allocation;
  const outcome = await acceptUpload(db, {
    snapshotId,
    taskId,
    allocationId,
    runId,
    node,
    volume,
    sha256,
    sizeBytes,
    acknowledgment: envelope,
  });
  if (outcome === 'missing')
    throw new AppError('SNAPSHOT_MISMATCH', { publicMessage: 'This node uploaded no such archive for the snapshot.', data: { sha256 } });
  await acknowledgeOrders(db, { runId, node }, [{ orderId, result: { orderId, ok: true } }]);
  if (outcome === 'known') return;
  await appendTimeline(db.pool, [
    {
      runId,
      actor: node,
      subject: taskId,
      kind: 'snapshot',
      from: null,
      to: 'Acknowledged',
      reason: `volume ${volume}, ${sizeBytes} bytes, sha256 ${sha256}`,
    },
  ]);
  live.publish([runTopic(runId, 'snapshot')]);
  logger.info(
    { event: 'sync.acknowledged', runId, node, taskId, allocationId, volume, snapshotId, sha256, sizeBytes },
    'a node acknowledged a snapshot',
  );
}
