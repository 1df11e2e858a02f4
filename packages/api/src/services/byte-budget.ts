import type { Clock } from '@muster/runtime/clock';

export type ByteBudget = {
  /** Whether there is any left for `key`; if so, all of `bytes` is taken, though it be more: a debt that is waited off. */
  take(key: string, bytes: number): boolean;
};

const MAX_KEYS = 50_000;

/** Bytes per second and key, saved up to a burst; in memory, each copy of the server for itself, as the rate limiter's calls. */
export function createByteBudget({
  clock,
  burstBytes,
  bytesPerSecond,
}: {
  clock: Clock;
  burstBytes: number;
  bytesPerSecond: number;
}): ByteBudget {
  const accounts = new Map<string, { bytes: number; at: number }>();
  return {
    take(key, bytes) {
      const now = clock.now();
      const known = accounts.get(key) ?? { bytes: burstBytes, at: now };
      const left = Math.min(burstBytes, known.bytes + (Math.max(0, now - known.at) / 1000) * bytesPerSecond);
      // Set anew, so that the order of the map is the order of use and the least recent goes first.
      accounts.delete(key);
      accounts.set(key, { bytes: left > 0 ? left - bytes : left, at: now });
      if (accounts.size > MAX_KEYS) accounts.delete(accounts.keys().next().value ?? key);
      return left > 0;
    },
  };
}
