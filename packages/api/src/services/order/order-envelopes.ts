import type { OrderRow } from '@muster/db/rows';
import type { Envelope } from '@muster/protocol/messages/define-message';
import { Order } from '@muster/protocol/messages/order';

/** The signed orders as the node gets them. */
export const envelopesOf = (orders: readonly OrderRow[]): Envelope<Order>[] =>
  orders.map(({ envelope }) => Order.envelopeSchema.parse(envelope));
