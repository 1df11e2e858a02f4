import { z } from 'zod';

import { canonicalJson } from '../canonical-json.ts';
import type { AppError } from '../errors/app-error.ts';
import { err, ok, type Result } from '../errors/result.ts';
import { fromZodError } from '../errors/zod-error.ts';
import { hash32Schema, timestampMsSchema, uint32Schema, uuidSchema } from '../primitives.ts';
import { graceMsSchema, taskSpecSchema } from '../task-spec/task-spec.ts';
import { sealedCredentialsSchema } from '../images/registry-credentials.ts';
import { imageDigestSchema } from '../images/image-reference.ts';
import { volumeNameSchema } from '../task-spec/volume-name.ts';
import type { Order, OrderKind } from './order.ts';

/** Every placement carries an epoch: a node refuses an order for another one with STALE_EPOCH. */
const placement = { allocationId: uuidSchema, epoch: uint32Schema };
const reason = z.string().max(500);

export const orderBodySchemas = {
  start: z.strictObject({
    ...placement,
    taskId: uuidSchema,
    specHash: hash32Schema,
    spec: taskSpecSchema,
    replica: uint32Schema,
    /** What the task's first node got, and every other must: left out before there is one. */
    imageDigest: imageDigestSchema.optional(),
    /** The buyer's credentials for the image's registry, sealed to this node for this task. */
    registryAuth: sealedCredentialsSchema.optional(),
  }),
  /** SIGTERM, then SIGKILL after graceMs. */
  stop: z.strictObject({ ...placement, graceMs: graceMsSchema, reason }),
  restart: z.strictObject({ ...placement, graceMs: graceMsSchema }),
  /** Asks for a status report at once and the last lines of the log. */
  inspect: z.strictObject({ ...placement, tailLines: z.int().min(0).max(10_000) }),
  sync: z.strictObject({ ...placement, volume: volumeNameSchema, snapshotId: uuidSchema }),
  /** Stop everything by `deadlineMs` (unix ms) and take nothing new. */
  drain: z.strictObject({ reason, deadlineMs: timestampMsSchema }),
} as const satisfies Record<OrderKind, z.ZodType>;

export type OrderBodies = { [K in OrderKind]: z.output<(typeof orderBodySchemas)[K]> };
export type OrderBody<K extends OrderKind = OrderKind> = OrderBodies[K];
/** An order's kind with its body: narrow by `kind`. */
export type KindedOrder = { [K in OrderKind]: { kind: K; body: OrderBodies[K] } }[OrderKind];

/** The body as it goes into an Order. */
export function encodeOrderBody<K extends OrderKind>(kind: K, body: z.input<(typeof orderBodySchemas)[K]>): string {
  return canonicalJson(orderBodySchemas[kind].parse(body));
}

/** What a verified order asks for. */
export function parseOrderBody(order: Pick<Order, 'kind' | 'body'>): Result<KindedOrder, AppError<'BAD_INPUT' | 'UNKNOWN_FIELD'>> {
  const parsed = kindedOrderSchema.safeParse({ kind: order.kind, body: JSON.parse(order.body) });
  return parsed.success ? ok(parsed.data) : err(fromZodError(parsed.error, `the ${order.kind} order`));
}

const kindedOrderSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('start'), body: orderBodySchemas.start }),
  z.strictObject({ kind: z.literal('stop'), body: orderBodySchemas.stop }),
  z.strictObject({ kind: z.literal('restart'), body: orderBodySchemas.restart }),
  z.strictObject({ kind: z.literal('inspect'), body: orderBodySchemas.inspect }),
  z.strictObject({ kind: z.literal('sync'), body: orderBodySchemas.sync }),
  z.strictObject({ kind: z.literal('drain'), body: orderBodySchemas.drain }),
]);
