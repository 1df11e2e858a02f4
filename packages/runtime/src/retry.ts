import { systemClock } from './clock.ts';

export interface RetryOptions {
  signal?: AbortSignal;
  /** Tries in all, the first included. Unlimited when absent: then only the signal ends it. */
  attempts?: number;
  baseMs: number;
  maxMs: number;
  random?: () => number;
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  onError?: (error: unknown, next: { attempt: number; delayMs: number }) => void;
  /** An error for which trying again is pointless is thrown at once. */
  retryable?: (error: unknown) => boolean;
}

/** Calls `fn` until it resolves, with exponential back-off (half to all of each step, so that peers do not retry in chorus). Throws the last error, or the signal's reason. */
export async function retry<T>(fn: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, attempts = Number.POSITIVE_INFINITY, baseMs, maxMs, onError } = options;
  const { random = Math.random, sleep = systemClock.sleep, retryable = () => true } = options;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await fn(attempt);
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt >= attempts || !retryable(error)) throw error;
      const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(attempt - 1, 30));
      const delayMs = Math.round(ceiling * (0.5 + random() / 2));
      onError?.(error, { attempt, delayMs });
      await sleep(delayMs, signal);
    }
  }
}
