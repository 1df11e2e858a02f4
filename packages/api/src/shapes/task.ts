import { z } from 'zod';
import { publishedPortsSchema } from '@muster/protocol/task-spec/ports';
import { allocationUsageSchema, gpuUsageSchema, pullStateSchema } from '@muster/protocol/messages/frames';
import { taskSpecSchema } from '@muster/protocol/task-spec/task-spec';
import { addressSchema, hash32Schema, isoTime, runIdSchema, uuidSchema } from './common.ts';

export const allocationShape = z.object({
  allocationId: uuidSchema,
  taskId: uuidSchema,
  node: addressSchema,
  epoch: z.int(),
  replica: z.int(),
  phase: z.string(),
  phaseReason: z.string().nullable(),
  desired: z.string(),
  /** While it is to stop: since when, and when it counts as ended though its node has not said so; null where that waits for the node. */
  stopping: z.object({ askedAt: isoTime, endsAt: isoTime.nullable() }).nullable(),
  containerId: z.string().nullable(),
  imageId: z.string().nullable(),
  exitCode: z.int().nullable(),
  oomKilled: z.boolean(),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() }).nullable(),
  pull: pullStateSchema.nullable(),
  /** Where its published ports are reached while it runs. */
  ports: publishedPortsSchema,
  restarts: z.int(),
  /** As of its node's last heartbeat; null unless it runs. */
  usage: allocationUsageSchema.nullable(),
  /** Those that are its own. */
  gpus: z.array(gpuUsageSchema),
  createdAt: isoTime,
  startedAt: isoTime.nullable(),
  endedAt: isoTime.nullable(),
  reportedAt: isoTime.nullable(),
});
export type AllocationView = z.infer<typeof allocationShape>;

export const taskShape = z.object({
  taskId: uuidSchema,
  runId: runIdSchema,
  name: z.string(),
  /** Null when this version cannot read it: then the task fails, TASK_SPEC_UNREADABLE. */
  spec: taskSpecSchema.nullable(),
  specHash: hash32Schema,
  /** What its first node got, and every other must; null until then. */
  imageDigest: z.string().nullable(),
  /** Of its image's registry: how many nodes at work can read them, and how many cannot. Null when it needs none, or has ended. */
  credentials: z.object({ sealed: z.int(), unsealed: z.int() }).nullable(),
  desired: z.string(),
  phase: z.string(),
  phaseReason: z.string().nullable(),
  createdBy: addressSchema,
  createdAt: isoTime,
  endedAt: isoTime.nullable(),
  allocations: z.array(allocationShape),
});
export type TaskView = z.infer<typeof taskShape>;

export const snapshotShape = z.object({
  snapshotId: uuidSchema,
  taskId: uuidSchema,
  allocationId: uuidSchema,
  node: addressSchema,
  volume: z.string(),
  sha256: hash32Schema,
  sizeBytes: z.number(),
  createdAt: isoTime,
});
export type SnapshotView = z.infer<typeof snapshotShape>;
