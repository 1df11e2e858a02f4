/**
 * What the orders of one message may take up on the wire: a frame's body has 4 MiB at most and a node's socket takes 8 MiB. One order
 * alone always fits, whatever characters its spec is made of.
 */
export const ORDERS_MESSAGE_BYTES = 3 * 1024 * 1024;

/** What a signed order takes up on the wire, where it is JSON in the JSON of a frame. */
export const orderSizeBytes = (envelope: object): number => Buffer.byteLength(JSON.stringify(JSON.stringify(envelope)));
