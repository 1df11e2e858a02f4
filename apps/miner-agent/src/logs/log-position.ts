import { z } from 'zod';
import type { LogEntry } from '../ports/container-runtime.ts';

/** Where in a container's log we are: the last entry's timestamp, and how many entries with that very timestamp were taken. */
export const logPositionSchema = z.strictObject({ at: z.string(), count: z.int().positive() });
export type LogPosition = z.infer<typeof logPositionSchema>;

export const advance = (position: LogPosition | null, entry: LogEntry): LogPosition =>
  position?.at === entry.at ? { at: entry.at, count: position.count + 1 } : { at: entry.at, count: 1 };

/** The engine filters by wall clock, which may step back; from this far before the position we look for the position itself. */
const MARGIN_MS = 15 * 60_000;

/** From when to ask the engine, unix ms. */
export const resumeFrom = (position: LogPosition | null): number | undefined =>
  position === null ? undefined : Math.max(0, Date.parse(position.at) - MARGIN_MS);

/**
 * Skips what was taken already. The position is found by its exact entry, not by comparing times: stdout and stderr are stamped
 * apart, and clocks step. When even the first entry is later than the position, the engine has rotated it away: all is new.
 */
export async function* entriesAfter(position: LogPosition | null, entries: AsyncIterable<LogEntry>): AsyncGenerator<LogEntry> {
  let missing = position?.count ?? 0;
  let isFirst = true;
  for await (const entry of entries) {
    if (position && isFirst && entry.at > position.at) missing = 0;
    isFirst = false;
    if (missing === 0) yield entry;
    else if (position && entry.at === position.at) missing -= 1;
  }
}
