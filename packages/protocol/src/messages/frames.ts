import { z } from 'zod';

import { imageDigestSchema } from '../images/image-reference.ts';
import { byteCountSchema, counterSchema, instantSchema, timestampMsSchema, uint32Schema, uuidSchema } from '../primitives.ts';
import { publishedPortsSchema } from '../task-spec/ports.ts';
import { offerSchema } from '../offer.ts';
import { EncryptionKeyStatement } from './encryption-key-statement.ts';
import { Order } from './order.ts';

/** Bodies of the frames of a session (frame.ts); authenticated by MAC, so none of them is signed. */

export const allocationPhaseSchema = z.enum([
  'Pending',
  'Placed',
  'Pulling',
  'Starting',
  'Running',
  'Succeeded',
  'Failed',
  'Cancelled',
  'Lost',
  'Unknown',
]);
export type AllocationPhase = z.output<typeof allocationPhaseSchema>;

const reason = z.string().max(500);
const errorText = z.string().max(2000);
/** A string, not the enum: a newer agent may report a code that this side does not know yet. */
const errorCode = z.string().max(64);

const share = z.number().min(0).max(1);

/** Bytes per second since the reading before; left out where the system does not tell. */
const trafficShape = { rxBytesPerSecond: z.number().nonnegative().optional(), txBytesPerSecond: z.number().nonnegative().optional() };

export const gpuUsageSchema = z.strictObject({
  uuid: z.string().max(200),
  /** Left out, as the rest, where the driver does not tell. */
  utilisation: share.optional(),
  memoryBytes: byteCountSchema.optional(),
  celsius: z.number().optional(),
  /** Why nothing can run on it, if so. */
  problem: reason.optional(),
});
export type GpuUsage = z.output<typeof gpuUsageSchema>;

export const nodeUsageSchema = z.strictObject({
  /** Busy hardware threads. */
  cpu: z.number().nonnegative(),
  memoryBytes: byteCountSchema,
  diskBytes: byteCountSchema,
  ...trafficShape,
  gpus: z.array(gpuUsageSchema).max(64).optional(),
});
export type NodeUsage = z.output<typeof nodeUsageSchema>;

export const allocationUsageSchema = z.strictObject({
  /** Busy hardware threads. */
  cpu: z.number().nonnegative(),
  /** Without what the kernel can take back. */
  memoryBytes: byteCountSchema,
  /** What the container has written outside its volumes. */
  diskBytes: byteCountSchema.optional(),
  ...trafficShape,
});
export type AllocationUsage = z.output<typeof allocationUsageSchema>;

const allocationBeatSchema = z.strictObject({
  allocationId: uuidSchema,
  epoch: uint32Schema,
  phase: allocationPhaseSchema,
  /** UUIDs of the GPUs that are its own; their usage is among the node's. */
  gpus: z.array(z.string().max(200)).max(64).optional(),
  /** While its container runs. */
  usage: allocationUsageSchema.optional(),
});

/** What carries this node's labels on its machine although no order of the master knows it: kept for a grace period, then removed. */
export const orphanSchema = z.strictObject({
  /** As labelled: whoever wrote the label need not have kept to the form of an id. */
  allocationId: z.string().regex(/^[\x21-\x7e]{1,64}$/),
  runId: z.string().regex(/^[\x21-\x7e]{1,80}$/),
  /** Containers and networks together. */
  things: uint32Schema,
  foundAt: instantSchema,
  removeAt: instantSchema,
});
export type Orphan = z.output<typeof orphanSchema>;
export const MAX_ORPHANS_PER_BEAT = 50;

export const heartbeatSchema = z.strictObject({
  at: timestampMsSchema,
  usage: nodeUsageSchema,
  /** What the node would take; an agent that does not say is judged by its capability document. */
  offer: offerSchema.optional(),
  /** The highest order version that the node has carried out. */
  orderEpoch: uint32Schema,
  orderCounter: counterSchema,
  allocations: z.array(allocationBeatSchema).max(1000),
  /** The oldest; an agent that knows no orphans sends none. */
  orphans: z.array(orphanSchema).max(MAX_ORPHANS_PER_BEAT).default([]),
});
export type Heartbeat = z.output<typeof heartbeatSchema>;

const ordersShape = { orders: z.array(Order.envelopeSchema).max(1000) };

/** What a node asks for when its session is new: the orders that still matter, after this version, in rising order; none means that it has them all. */
export const wantedOrdersSchema = z.strictObject({ afterEpoch: uint32Schema, afterCounter: counterSchema });

/** A page of what is wanted, and what is pushed to the node as it arises; never more than a message may carry (order-size.ts). */
export const ordersBodySchema = z.strictObject(ordersShape);
export type OrdersBody = z.output<typeof ordersBodySchema>;

/** "Desired state also rides on every heartbeat answer, so a lost push costs one interval, never a task." */
export const heartbeatAnswerSchema = z.strictObject({ now: timestampMsSchema, ...ordersShape });
export type HeartbeatAnswer = z.output<typeof heartbeatAnswerSchema>;

export const PULL_STAGES = ['queue', 'download', 'check', 'extract'] as const;

/**
 * How far an image is, in bytes of its layers: fetched, checked, unpacked. One that waits for its turn, since its node brings no more than
 * a few at once, has none yet.
 */
export const pullStateSchema = z.strictObject({
  stage: z.enum(PULL_STAGES).default('download'),
  current: byteCountSchema,
  total: byteCountSchema,
});
export type PullState = z.output<typeof pullStateSchema>;

export const allocationStatusSchema = z.strictObject({
  allocationId: uuidSchema,
  epoch: uint32Schema,
  phase: allocationPhaseSchema,
  reason: reason.optional(),
  containerId: z.string().max(128).optional(),
  imageId: z.string().max(128).optional(),
  exitCode: z.int32().optional(),
  oomKilled: z.boolean(),
  error: z.strictObject({ code: errorCode, message: errorText, hint: errorText }).optional(),
  /** What the image is: its manifest's digest, or the id of one that no registry knows. */
  imageDigest: imageDigestSchema.optional(),
  pull: pullStateSchema.optional(),
  restarts: uint32Schema.max(1_000_000_000),
  /** Where its ports are reached; once it has a container. */
  ports: publishedPortsSchema.optional(),
  startedAt: instantSchema.optional(),
  endedAt: instantSchema.optional(),
  at: timestampMsSchema,
});
export type AllocationStatus = z.output<typeof allocationStatusSchema>;

/** How an order went; reporting it is what acknowledges it. */
export const orderResultSchema = z.strictObject({
  orderId: uuidSchema,
  ok: z.boolean(),
  error: z.strictObject({ code: errorCode, message: errorText }).optional(),
});
export type OrderResult = z.output<typeof orderResultSchema>;

export const statusReportSchema = z.strictObject({
  orderIds: z.array(orderResultSchema).max(1000),
  allocations: z.array(allocationStatusSchema).max(1000),
  /** With the first report of a session. */
  keyStatement: EncryptionKeyStatement.envelopeSchema.optional(),
});
export type StatusReport = z.output<typeof statusReportSchema>;
