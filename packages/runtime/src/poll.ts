import { systemClock, type Clock } from './clock.ts';

export interface PollOptions {
  signal: AbortSignal;
  /** A failed turn is reported here and the loop goes on. */
  onError: (error: unknown) => void;
  clock?: Clock;
}

/** Runs `fn` now and then `intervalMs` after each turn ends: turns never overlap. Resolves once the signal aborts. */
export async function every(intervalMs: number, fn: () => Promise<void> | void, options: PollOptions): Promise<void> {
  const { signal, onError, clock = systemClock } = options;
  while (!signal.aborted) {
    try {
      await fn();
    } catch (error) {
      if (!signal.aborted) onError(error);
    }
    if (signal.aborted) return;
    await clock.sleep(intervalMs, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}
