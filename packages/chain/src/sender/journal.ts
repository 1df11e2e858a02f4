import { hash32Schema, addressSchema, timestampMsSchema } from '@muster/protocol/primitives';
import type { Hex } from 'viem';
import { z } from 'zod';

const rawSchema = z
  .string()
  .regex(/^0x[0-9a-f]*$/i)
  .transform((value) => value as Hex);

const minedSchema = z.object({
  hash: hash32Schema,
  blockNumber: z.int().nonnegative(),
  blockHash: hash32Schema,
  logs: z.array(z.object({ address: addressSchema, topics: z.array(hash32Schema), data: rawSchema })),
});
/** What a mined transaction left behind. */
export type Mined = z.infer<typeof minedSchema>;

/**
 * One transaction that this key signed. It is written before the first broadcast, so that after a crash the very same
 * bytes are sent again instead of new ones. All `signed` share the nonce: at most one of them can ever be mined.
 */
export const journalEntrySchema = z.object({
  /** Names the intention, e.g. `verdict:1:0xNode:1:1`: the same key never leads to two effects. */
  key: z.string(),
  chainId: z.int(),
  /** Hash of block 0: tells a dev chain from its successor with the same id, where old bytes would be valid again. */
  genesis: hash32Schema,
  from: addressSchema,
  nonce: z.int().nonnegative(),
  /** Newest first; more than one when fees had to be raised. */
  signed: z.array(z.object({ hash: hash32Schema, raw: rawSchema })).min(1),
  signedAt: timestampMsSchema,
  /** Set once mined with success, and kept for a while: a repeated request is answered from here. */
  mined: minedSchema.nullable(),
});
export type JournalEntry = z.infer<typeof journalEntrySchema>;

/** Where a sender notes what it signed. Writes are durable when they resolve. */
export interface SenderJournal {
  /** Oldest first. */
  list(): Promise<JournalEntry[]>;
  /** Adds the entry, or replaces the one with its key. */
  put(entry: JournalEntry): Promise<void>;
  remove(key: string): Promise<void>;
}

/** For tools that send once and end: nothing survives the process. */
export function createMemoryJournal(): SenderJournal {
  const entries = new Map<string, JournalEntry>();
  return {
    list: async () => [...entries.values()],
    put: async (entry) => void entries.set(entry.key, entry),
    remove: async (key) => void entries.delete(key),
  };
}
