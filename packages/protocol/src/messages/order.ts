import { z } from 'zod';

import { addressSchema, counterSchema, jsonStringSchema, runIdSchema, timestampMsSchema, uint32Schema, uuidSchema } from '../primitives.ts';
import { defineMessage, type MessageOf } from './define-message.ts';

export const orderKindSchema = z.enum(['start', 'stop', 'restart', 'inspect', 'sync', 'drain']);
export type OrderKind = z.output<typeof orderKindSchema>;

/**
 * Master → node, over the node's session: one thing to do. Signed by the run's master (the receiver passes it as expectedSigner).
 * Its version (masterEpoch, counter) takes the place of nonce and expiry: a node carries out each version once, in rising order.
 */
export const Order = defineMessage({
  name: 'Order',
  types: {
    runId: 'uint256',
    node: 'address',
    seq: 'uint32',
    masterEpoch: 'uint32',
    counter: 'uint64',
    orderId: 'string',
    kind: 'string',
    body: 'string',
    issuedAt: 'uint64',
  },
  schema: z.strictObject({
    runId: runIdSchema,
    node: addressSchema,
    seq: uint32Schema,
    masterEpoch: uint32Schema,
    counter: counterSchema,
    orderId: uuidSchema,
    kind: orderKindSchema,
    /** Canonical JSON; its form depends on the kind (order-body.ts). */
    body: jsonStringSchema(262_144),
    issuedAt: timestampMsSchema,
  }),
  capMs: null,
  signerField: null,
  maxChars: 270_000,
});
export type Order = MessageOf<typeof Order>;

/** Negative when `a` is older than `b`, 0 when they are the same version. */
export function compareOrderVersion(a: OrderVersion, b: OrderVersion): number {
  return a.masterEpoch - b.masterEpoch || a.counter - b.counter;
}
export type OrderVersion = { readonly masterEpoch: number; readonly counter: number };
