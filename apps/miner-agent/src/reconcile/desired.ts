import type { Address } from 'viem';
import { z } from 'zod';
import { sealedCredentialsSchema } from '@muster/protocol/images/registry-credentials';
import { hash32Schema, runIdSchema, timestampMsSchema, uuidSchema } from '@muster/protocol/primitives';
import { taskSpecSchema } from '@muster/protocol/task-spec/task-spec';

/** An order's place in the master's sequence: first by masterEpoch, then by counter. */
export const orderVersionSchema = z.strictObject({ masterEpoch: z.int().nonnegative(), counter: z.int().nonnegative() });
export type OrderVersion = z.infer<typeof orderVersionSchema>;

export const isNewer = (a: OrderVersion, b: OrderVersion): boolean =>
  a.masterEpoch !== b.masterEpoch ? a.masterEpoch > b.masterEpoch : a.counter > b.counter;

const errorSchema = z.strictObject({ code: z.string(), message: z.string(), hint: z.string() });

/** How an allocation ended: written before its container is removed, so that no exit code is ever lost. */
export const outcomeSchema = z.strictObject({
  phase: z.enum(['Succeeded', 'Failed', 'Cancelled', 'Lost']),
  reason: z.string(),
  exitCode: z.int().nullable(),
  oomKilled: z.boolean(),
  error: errorSchema.nullable(),
  containerId: z.string().nullable(),
  imageId: z.string().nullable(),
  startedAt: timestampMsSchema.nullable(),
  endedAt: timestampMsSchema,
});
export type Outcome = z.infer<typeof outcomeSchema>;

/** What the master last said about one allocation, and what must survive a crash about carrying it out. */
export const allocationRecordSchema = z.strictObject({
  runId: runIdSchema,
  taskId: uuidSchema,
  allocationId: uuidSchema,
  epoch: z.int().nonnegative(),
  replica: z.int().nonnegative(),
  specHash: hash32Schema,
  spec: taskSpecSchema,
  /** What the master pinned the task to; null until some node has told it. */
  imageDigest: z.string().nullable().default(null),
  /** The buyer's credentials for the image's registry, sealed to this node for this task: never kept otherwise. */
  registryAuth: sealedCredentialsSchema.nullable().default(null),
  /** The image that this allocation has been given here; null until then. */
  image: z.strictObject({ id: z.string(), digest: z.string() }).nullable().default(null),
  /** UUIDs of the GPUs that are its own until it has ended. */
  gpus: z.array(z.string()).default([]),
  /** Ports of this machine that are its own until it has ended, by the spec's names; empty until its container is made. */
  ports: z.array(z.strictObject({ name: z.string(), hostPort: z.int().min(1).max(65_535) })).default([]),
  /** The newest order that was applied to this allocation. */
  version: orderVersionSchema,
  /** Set once somebody wants it gone. */
  stop: z
    .strictObject({
      graceMs: z.int().nonnegative(),
      reason: z.string(),
      phase: z.enum(['Cancelled', 'Lost', 'Failed']),
      /** Why the agent itself ends it. */
      error: errorSchema.nullish(),
    })
    .nullable(),
  /** Replaces the incarnation that began at `insteadOf`; any other is the answer already. */
  restart: z.strictObject({ graceMs: z.int().nonnegative(), insteadOf: z.string() }).nullable(),
  restarts: z.int().nonnegative(),
  /** The container that we made; null until then. If it is gone afterwards, somebody else removed it. */
  containerId: z.string().nullable(),
  outcome: outcomeSchema.nullable(),
  acceptedAt: timestampMsSchema,
});
export type AllocationRecord = z.infer<typeof allocationRecordSchema>;

/** A volume to archive and send: kept until the master has our signed acknowledgment. */
export const syncRecordSchema = z.strictObject({
  orderId: uuidSchema,
  runId: runIdSchema,
  taskId: uuidSchema,
  allocationId: uuidSchema,
  epoch: z.int().nonnegative(),
  replica: z.int().nonnegative(),
  volume: z.string(),
  snapshotId: uuidSchema,
  image: z.string(),
});
export type SyncRecord = z.infer<typeof syncRecordSchema>;

export interface Desired {
  node: Address;
  allocations: readonly AllocationRecord[];
  syncs: readonly SyncRecord[];
  /** Allocations of which we hold no record and whose grace period is over: their remains may go. */
  sweep: ReadonlySet<string>;
}
