import { z } from 'zod';
import { addressSchema, hash32Schema, isoTime, runIdSchema } from './common.ts';

/** A run as the mirror of the chain knows it, and what its master counts. */
export const runShape = z.object({
  runId: runIdSchema,
  owner: addressSchema,
  pendingOwner: addressSchema.nullable(),
  master: addressSchema,
  masterEpoch: z.int(),
  /** Whether the run names this server's master. */
  servedHere: z.boolean(),
  validators: addressSchema,
  gate: addressSchema,
  quorum: z.int(),
  termsHash: hash32Schema,
  discoveryUri: z.string(),
  requirements: z.string(),
  status: z.enum(['open', 'closed']),
  createdAt: isoTime,
  createdTx: hash32Schema,
  closedAt: isoTime.nullable(),
  closedTx: hash32Schema.nullable(),
  counts: z.object({ nodes: z.int(), healthyNodes: z.int(), tasks: z.int(), runningTasks: z.int() }),
});
export type RunView = z.infer<typeof runShape>;

export const timelineShape = z.object({
  id: z.string(),
  at: isoTime,
  actor: z.string(),
  subject: z.string(),
  kind: z.string(),
  from: z.string().nullable(),
  to: z.string(),
  reason: z.string().nullable(),
});
export type TimelineView = z.infer<typeof timelineShape>;

export const RUN_ASPECTS = ['run', 'node', 'task', 'snapshot'] as const;
/** A hint that something of the run changed: ask again for what you show. */
export const runHintShape = z.object({ kind: z.literal('changed'), what: z.enum(RUN_ASPECTS) });
export type RunHint = z.infer<typeof runHintShape>;
export type RunAspect = RunHint['what'];
