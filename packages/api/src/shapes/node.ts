import { z } from 'zod';
import { capabilitiesSchema } from '@muster/protocol/capabilities';
import { EncryptionKeyStatement } from '@muster/protocol/messages/encryption-key-statement';
import { nodeUsageSchema } from '@muster/protocol/messages/frames';
import { offerSchema } from '@muster/protocol/offer';
import { addressSchema, hash32Schema, isoTime, runIdSchema } from './common.ts';

/** On the node without an order of ours: kept for a grace period, then removed. Times are the node's own. */
export const orphanShape = z.object({ allocationId: z.string(), runId: z.string(), things: z.int(), foundAt: isoTime, removeAt: isoTime });

export const verdictShape = z.object({
  seq: z.int(),
  round: z.int(),
  validator: addressSchema,
  approve: z.boolean(),
  evidenceHash: hash32Schema,
  txHash: hash32Schema,
  at: isoTime,
});

/** A node in a run, for its buyer. Its endpoint is never part of it. */
export const nodeShape = z.object({
  runId: runIdSchema,
  node: addressSchema,
  provider: addressSchema,
  seq: z.int(),
  round: z.int(),
  /** On chain, with Lapsed and Closed derived. */
  standing: z.string(),
  /** The node life cycle, as the master sees it. */
  phase: z.string(),
  phaseReason: z.string().nullable(),
  approvals: z.int(),
  rejections: z.int(),
  banned: z.boolean(),
  registeredAt: isoTime,
  registeredTx: hash32Schema,
  approvedAt: isoTime.nullable(),
  endedAt: isoTime.nullable(),
  endedReason: z.string().nullable(),
  lastHeartbeatAt: isoTime.nullable(),
  /** As of the last heartbeat. */
  usage: nodeUsageSchema.nullable(),
  /** What it would take, in its own words; null until its agent says. */
  offer: offerSchema.nullable(),
  orphans: z.array(orphanShape),
  capabilities: capabilitiesSchema.nullable(),
  /** The node's own signed word about the key to seal secrets to: check it before you do. */
  keyStatement: EncryptionKeyStatement.envelopeSchema.nullable(),
});
export type NodeView = z.infer<typeof nodeShape>;

export const nodeDetailShape = nodeShape.extend({ verdicts: z.array(verdictShape) });
export type NodeDetailView = z.infer<typeof nodeDetailShape>;
