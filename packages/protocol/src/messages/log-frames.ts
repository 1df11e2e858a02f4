import { z } from 'zod';

import { counterSchema, instantSchema, uuidSchema } from '../primitives.ts';

/** Longer lines are cut by the agent before they reach the spool. */
export const MAX_LINE_CHARS = 16_384;
export const MAX_LINES_PER_CHUNK = 1000;
export const MAX_CHUNKS_PER_FRAME = 64;

export const logLineSchema = z.strictObject({
  /** The container's own timestamp, unix ms. */
  at: instantSchema,
  stream: z.enum(['stdout', 'stderr']),
  text: z.string().max(MAX_LINE_CHARS),
});
export type LogLine = z.output<typeof logLineSchema>;

/** Delivered at least once; the receiver drops what it has by (allocationId, sequence). */
export const logChunkSchema = z.strictObject({
  allocationId: uuidSchema,
  /** Rises from chunk to chunk of an allocation. Numbers are missing only where the node dropped chunks: a line in the next one says so. */
  sequence: counterSchema,
  lines: z.array(logLineSchema).min(1).max(MAX_LINES_PER_CHUNK),
});
export type LogChunk = z.output<typeof logChunkSchema>;

export const logChunksBodySchema = z.strictObject({ chunks: z.array(logChunkSchema).max(MAX_CHUNKS_PER_FRAME) });
export type LogChunksBody = z.output<typeof logChunksBodySchema>;

/** What the master holds durably: the agent may drop these chunks from its spool. */
export const logAnswerSchema = z.strictObject({
  acked: z.array(z.strictObject({ allocationId: uuidSchema, sequence: counterSchema })).max(MAX_CHUNKS_PER_FRAME),
});
export type LogAnswer = z.output<typeof logAnswerSchema>;
