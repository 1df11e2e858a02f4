import { logLineSchema, type LogLine } from '@muster/protocol/messages/log-frames';
import { z } from 'zod';
import { logPositionSchema } from './log-position.ts';

/** What stands for chunks that were dropped, at the last of their numbers; those before it are left out. */
const gapSchema = z.strictObject({ from: z.int().positive(), lines: z.int().nonnegative(), bytes: z.int().nonnegative() });
export type Gap = z.infer<typeof gapSchema>;

export const chunkSchema = z.strictObject({
  sequence: z.int().positive(),
  lines: z.array(logLineSchema),
  after: logPositionSchema.nullable(),
  gap: gapSchema.optional(),
});
export type SpoolChunk = z.infer<typeof chunkSchema>;

/** A file takes whole blocks of the disk. */
const BLOCK_BYTES = 4096;
export const blocksOf = (text: string): number => Math.ceil(Buffer.byteLength(text) / BLOCK_BYTES) * BLOCK_BYTES;

/** One note in place of a chunk and of the gap before it, if there is one. */
export function intoGap({ sequence, lines, after, gap }: SpoolChunk, before: { gap: Gap; at: number } | null): SpoolChunk {
  const own = gap ?? { from: sequence, lines: lines.length, bytes: lines.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) };
  const whole = before ? { from: before.gap.from, lines: before.gap.lines + own.lines, bytes: before.gap.bytes + own.bytes } : own;
  return { sequence, after, gap: whole, lines: [noteOf(whole, before?.at ?? lines[0]?.at ?? 0)] };
}

const noteOf = ({ lines, bytes }: Gap, at: number): LogLine => ({
  at,
  stream: 'stderr',
  text: `[muster] ${lines} lines (${bytes} bytes) were dropped here: the node could not deliver its log in time and kept what is newer`,
});

/** When the engine's own rotation was faster than the agent; how much it threw away nobody knows. */
export const rotatedAway = (before: LogLine): LogLine => ({
  at: before.at,
  stream: 'stderr',
  text: "[muster] lines are missing here: the engine's log was rotated before the agent could read it",
});
