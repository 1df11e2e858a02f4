import { z } from 'zod';
import { capabilitiesSchema } from '@muster/protocol/capabilities';
import { addressSchema, hash32Schema, httpUrlSchema, runIdSchema, timestampMsSchema, uint32Schema } from '@muster/protocol/primitives';
import { ownerDrainSchema } from '../operator/drain.ts';
import type { JsonStore } from './json-store.ts';
import { orderVersionSchema, syncRecordSchema } from '../reconcile/desired.ts';

/** The one invite that the node has acknowledged; a session can be opened under it at any time. */
export const acceptedInviteSchema = z.strictObject({
  digest: hash32Schema,
  master: addressSchema,
  masterEpoch: uint32Schema,
  seq: uint32Schema,
  masterUrl: httpUrlSchema,
  /** The master's word on how long silence may last before it gives our work to somebody else, ms. */
  lostAfterMs: z.int().nonnegative(),
  acceptedAt: timestampMsSchema,
});
export type AcceptedInvite = z.infer<typeof acceptedInviteSchema>;

/** What the agent must still know after a crash, allocations and logs aside. */
export const agentStateSchema = z.strictObject({
  /** What this directory is about: another run or registry needs another directory, or a clean end of this one. */
  identity: z.strictObject({ chainId: z.int(), registry: addressSchema, runId: runIdSchema, node: addressSchema }),
  /** The document whose hash is on chain, and for which registration. */
  registration: z.strictObject({ seq: uint32Schema, capabilities: capabilitiesSchema }).nullable(),
  announcementSequence: z.int().nonnegative(),
  invite: acceptedInviteSchema.nullable(),
  /** Of the last session that was opened, or tried. */
  generation: uint32Schema,
  /** The newest order ever seen, and the newest among those whose allocation is forgotten: up to there everything is a replay. */
  newestOrder: orderVersionSchema,
  forgottenOrders: orderVersionSchema,
  /** Set by a drain order: no new allocation, and what still runs at the deadline is stopped. */
  drain: z.strictObject({ reason: z.string(), deadline: timestampMsSchema }).nullable(),
  /** Set by the machine's owner; files of earlier versions do not have it. */
  ownerDrain: ownerDrainSchema.nullable().default(null),
  syncs: z.array(syncRecordSchema),
});
export type AgentState = z.infer<typeof agentStateSchema>;

/** The next number for what the node signs to discovery: beyond every earlier one, also after a restore from a backup. */
export const nextSequence = (state: JsonStore<AgentState>, nowMs: number): Promise<AgentState> =>
  state.update((current) => ({ ...current, announcementSequence: Math.max(current.announcementSequence + 1, nowMs) }));

export const initialState = (identity: AgentState['identity']): AgentState => ({
  identity,
  registration: null,
  announcementSequence: 0,
  invite: null,
  generation: 0,
  newestOrder: { masterEpoch: 0, counter: 0 },
  forgottenOrders: { masterEpoch: 0, counter: 0 },
  drain: null,
  ownerDrain: null,
  syncs: [],
});
