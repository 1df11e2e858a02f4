import { issueOrders, type UnsignedOrder } from '@muster/db/repositories/issue-orders';
import type { OrderRow } from '@muster/db/rows';
import { signMessage } from '@muster/protocol/messages/define-message';
import { Order, type OrderKind } from '@muster/protocol/messages/order';
import { encodeOrderBody, type OrderBody } from '@muster/protocol/messages/order-body';
import type { Deps } from '../../app/deps.ts';
import { ordersTopic } from '../../live/topics.ts';

type Recipient = { runId: string; node: string; seq: number; masterEpoch: number; allocationId: string | null };

/** One thing to tell a node to do. */
export type OrderRequest = { [K in OrderKind]: Recipient & { kind: K; body: OrderBody<K> } }[OrderKind];

export type OrderSender = Pick<Deps, 'db' | 'domain' | 'signer' | 'live' | 'logger'>;

/** A task may have thousands of replicas with a spec of 128 KiB each: signed and written at once they would be gigabytes. */
const BATCH = 100;

/** Signs and keeps orders, then wakes whoever serves their nodes' sessions. They are delivered until they are acknowledged. */
export async function sendOrders(deps: OrderSender, requests: readonly OrderRequest[]): Promise<OrderRow[]> {
  const sent: OrderRow[] = [];
  for (let at = 0; at < requests.length; at += BATCH) sent.push(...(await sendBatch(deps, requests.slice(at, at + BATCH))));
  return sent;
}

async function sendBatch(deps: OrderSender, requests: readonly OrderRequest[]): Promise<OrderRow[]> {
  const { db, domain, signer, live, logger } = deps;
  const drafts = requests.map((request) => ({ ...request, body: encodeOrderBody(request.kind, request.body) }));
  const sign = ({ runId, node, seq, masterEpoch, counter, orderId, kind, body, issuedAt }: UnsignedOrder) =>
    signMessage(Order, { runId, node, seq, masterEpoch, counter, orderId, kind, body, issuedAt }, { domain, signer });
  const orders = await issueOrders(db, drafts, sign);
  live.publish(orders.map(({ runId, node }) => ordersTopic(runId, node)));
  for (const { orderId, runId, node, kind, allocationId } of orders)
    logger.info({ event: 'order.sent', runId, node, orderId, kind, allocationId }, 'order signed and queued');
  return orders;
}
