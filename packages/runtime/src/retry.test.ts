import { describe, expect, it } from 'vitest';
import { retry } from './retry.ts';

function setup(failures: number) {
  const delays: number[] = [];
  let calls = 0;
  return {
    delays,
    calls: () => calls,
    fn: async () => {
      if (++calls <= failures) throw new Error(`failure ${calls}`);
      return 'done';
    },
    options: { baseMs: 100, maxMs: 350, random: () => 1, sleep: async (ms: number) => void delays.push(ms) },
  };
}

describe('retry', () => {
  it('doubles its delay up to the cap until it succeeds', async () => {
    const { fn, options, delays } = setup(4);
    await expect(retry(fn, options)).resolves.toBe('done');
    expect(delays).toEqual([100, 200, 350, 350]);
  });

  it('throws the last error after its attempts', async () => {
    const { fn, options, calls } = setup(9);
    await expect(retry(fn, { ...options, attempts: 3 })).rejects.toThrow('failure 3');
    expect(calls()).toBe(3);
  });

  it('does not repeat what cannot succeed', async () => {
    const { fn, options, calls } = setup(9);
    await expect(retry(fn, { ...options, retryable: () => false })).rejects.toThrow('failure 1');
    expect(calls()).toBe(1);
  });

  it('stops when aborted, also while it waits', async () => {
    const { fn, options } = setup(9);
    const controller = new AbortController();
    const sleep = async (_: number, signal?: AbortSignal) => {
      controller.abort(new Error('stopped'));
      signal?.throwIfAborted();
    };
    await expect(retry(fn, { ...options, sleep, signal: controller.signal })).rejects.toThrow('stopped');
  });
});
