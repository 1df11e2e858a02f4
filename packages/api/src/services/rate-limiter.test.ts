import { AppError } from '@muster/protocol/errors/app-error';
import { describe, expect, it } from 'vitest';
import { createRateLimiter } from './rate-limiter.ts';

function setup() {
  let now = 0;
  const limiter = createRateLimiter({ clock: { now: () => now, sleep: () => Promise.resolve() }, burst: 3, perSecond: 2 });
  const taken = (key: string): boolean => {
    try {
      limiter.take(key);
      return true;
    } catch (error) {
      expect(AppError.is(error, 'RATE_LIMITED') && error.data).toEqual({ retryAfterMs: 500 });
      return false;
    }
  };
  return { taken, wait: (ms: number) => (now += ms) };
}

describe('a rate limiter', () => {
  it('lets a burst through, then one at a time, for each key by itself', () => {
    const { taken, wait } = setup();
    expect(['a', 'a', 'a', 'a', 'b'].map(taken)).toEqual([true, true, true, false, true]);
    wait(500);
    expect(['a', 'a'].map(taken)).toEqual([true, false]);
  });

  it('saves up no more than a burst', () => {
    const { taken, wait } = setup();
    wait(3_600_000);
    expect(Array.from({ length: 4 }, () => taken('a'))).toEqual([true, true, true, false]);
  });
});
