import { z } from 'zod';
import { addressSchema, hash32Schema, runIdSchema, timestampMsSchema, uint32Schema } from '@muster/protocol/primitives';
import type { RoundKey } from './round.ts';

const key = {
  runId: runIdSchema,
  node: addressSchema,
  seq: uint32Schema,
  round: uint32Schema,
  discoveryUri: z.string(),
  /** Unix ms, as in the job. */
  deadline: timestampMsSchema,
};
const decision = {
  approve: z.boolean(),
  evidenceHash: hash32Schema,
  document: z.record(z.string(), z.unknown()),
};

/**
 * How far a round has come. `decided` is written before the transaction is sent: from then on only this verdict can be given.
 * `reported`: it is on chain. `published`: discovery has the evidence. `kept`: discovery did not take it within
 * a day; it stays here. `withheld`: no verdict will be given.
 */
export const roundRecordSchema = z.discriminatedUnion('state', [
  z.strictObject({ ...key, ...decision, state: z.literal('decided') }),
  z.strictObject({ ...key, ...decision, state: z.literal('reported'), txHash: hash32Schema.nullable(), reportedAt: timestampMsSchema }),
  z.strictObject({ ...key, ...decision, state: z.literal('published'), txHash: hash32Schema.nullable() }),
  z.strictObject({ ...key, ...decision, state: z.literal('kept'), txHash: hash32Schema.nullable() }),
  z.strictObject({ ...key, state: z.literal('withheld'), reason: z.string() }),
]);

export type RoundRecord = z.infer<typeof roundRecordSchema>;
export type DecidedRecord = Extract<RoundRecord, { state: 'decided' }>;
export type ReportedRecord = Extract<RoundRecord, { state: 'reported' }>;

export const isFinished = (record: RoundRecord): boolean => record.state !== 'decided' && record.state !== 'reported';

/** Durable memory of rounds: a write has reached the disk before it resolves. */
export interface RoundJournal {
  read(key: RoundKey): Promise<RoundRecord | null>;
  write(record: RoundRecord): Promise<void>;
  /** Records of rounds that are to be resumed. */
  unfinished(): Promise<RoundRecord[]>;
}
