import { AppError } from '@muster/protocol/errors/app-error';
import type { Clock } from '@muster/runtime/clock';

export type RateLimiter = {
  /** Throws RATE_LIMITED, with `data.retryAfterMs`, once `key` has used up its tokens. */
  take(key: string): void;
};

const MAX_KEYS = 50_000;

/** A token bucket per key, in memory: each copy of the server has its own, which bounds the whole as well. */
export function createRateLimiter({ clock, burst, perSecond }: { clock: Clock; burst: number; perSecond: number }): RateLimiter {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take(key) {
      const now = clock.now();
      const known = buckets.get(key) ?? { tokens: burst, at: now };
      const tokens = Math.min(burst, known.tokens + (Math.max(0, now - known.at) / 1000) * perSecond);
      if (tokens < 1) throw new AppError('RATE_LIMITED', { data: { retryAfterMs: Math.ceil(((1 - tokens) / perSecond) * 1000) } });
      // Set anew, so that the order of the map is the order of use and the least recent goes first.
      buckets.delete(key);
      buckets.set(key, { tokens: tokens - 1, at: now });
      if (buckets.size > MAX_KEYS) buckets.delete(buckets.keys().next().value ?? key);
    },
  };
}
