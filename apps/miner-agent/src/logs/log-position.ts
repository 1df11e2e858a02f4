import { z } from 'zod';
import type { LogEntry } from '../ports/container-runtime.ts';

/**
 * Where in a container's log we are: the last entry's timestamp, and how many entries with that very timestamp were taken. Another
 * container's position says nothing about this one's log.
 */
export const logPositionSchema = z.strictObject({ at: z.string(), count: z.int().positive(), container: z.string().optional() });
export type LogPosition = z.infer<typeof logPositionSchema>;

export const advance = (position: LogPosition | null, entry: LogEntry, container?: string): LogPosition => ({
  at: entry.at,
  count: position?.at === entry.at ? position.count + 1 : 1,
  ...(container === undefined ? {} : { container }),
});

/** The position in this container's log; null at its beginning. */
export const positionIn = (position: LogPosition | null, container: string): LogPosition | null =>
  position?.container === undefined || position.container === container ? position : null;

/** The engine filters by wall clock, which may step back; from this far before the position we look for the position itself. */
const MARGIN_MS = 15 * 60_000;

/** From when to ask the engine, unix ms. */
export const resumeFrom = (position: LogPosition | null): number | undefined =>
  position === null ? undefined : Math.max(0, Date.parse(position.at) - MARGIN_MS);

/** Whether the engine still has the entry at the position: its log is rotated, and what it threw away is not to be waited for. */
export async function holds(position: LogPosition, entries: AsyncIterable<LogEntry>): Promise<boolean> {
  let missing = position.count;
  for await (const { at } of entries) if (at === position.at && (missing -= 1) === 0) return true;
  return false;
}

const IDLE = Symbol('idle');
/** The engine may take its time under load; what is given up on too early comes twice. */
const IDLE_MS = 60_000;
const MAX_HELD = 10_000;

/**
 * Skips what was taken already. The position is found by its exact entry, not by comparing times: stdout and stderr are stamped
 * apart, and clocks step. What looks later is held until the position turns up behind it; if it never does, the engine has
 * rotated it away while we looked and all that is held is new.
 */
export async function* entriesAfter(position: LogPosition | null, entries: AsyncIterable<LogEntry>): AsyncGenerator<LogEntry> {
  const iterator = entries[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    if (position) {
      const held: LogEntry[] = [];
      for (let missing = position.count; missing > 0 && held.length < MAX_HELD;) {
        const result = await orIdle(next);
        if (result === IDLE || result.done) break;
        next = iterator.next();
        if (result.value.at === position.at) missing -= 1;
        else if (result.value.at > position.at) held.push(result.value);
        if (missing === 0) held.length = 0;
      }
      yield* held;
    }
    for (let result = await next; !result.done; result = await next) {
      next = iterator.next();
      yield result.value;
    }
  } finally {
    // A read that nobody waits for any more may still fail.
    next.catch(() => undefined);
    await iterator.return?.();
  }
}

/** A followed log has no end: a long silence means that all there was has been read. */
async function orIdle<T>(next: Promise<T>): Promise<T | typeof IDLE> {
  let timer: NodeJS.Timeout | undefined;
  const idle = new Promise<typeof IDLE>((resolve) => (timer = setTimeout(() => resolve(IDLE), IDLE_MS)));
  return Promise.race([next, idle]).finally(() => clearTimeout(timer));
}
