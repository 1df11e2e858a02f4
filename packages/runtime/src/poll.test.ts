import { describe, expect, it } from 'vitest';
import { every } from './poll.ts';

describe('every', () => {
  it('goes on after a failed turn and ends with its signal', async () => {
    const controller = new AbortController();
    const errors: unknown[] = [];
    const slept: number[] = [];
    let turns = 0;
    await every(
      50,
      () => {
        turns++;
        if (turns === 1) throw new Error('first');
        if (turns === 3) controller.abort();
      },
      {
        signal: controller.signal,
        onError: (error) => errors.push(error),
        clock: { now: () => 0, sleep: async (ms) => void slept.push(ms) },
      },
    );
    expect(turns).toBe(3);
    expect(errors).toEqual([new Error('first')]);
    expect(slept).toEqual([50, 50]);
  });

  it('wakes from its sleep when aborted', async () => {
    const controller = new AbortController();
    const loop = every(60_000, () => void setImmediate(() => controller.abort()), { signal: controller.signal, onError: () => undefined });
    await expect(loop).resolves.toBeUndefined();
  });
});
