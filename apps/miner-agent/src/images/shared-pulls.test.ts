import { expect, it } from 'vitest';
import type { PullProgress } from '../ports/container-runtime.ts';
import { createSharedPulls } from './shared-pulls.ts';

it('tells who has to wait for a turn that he waits, and nobody else', async () => {
  const pulls = createSharedPulls<string>(1);
  const finish: (() => void)[] = [];
  const join = (key: string) => {
    const seen: PullProgress['stage'][] = [];
    const waiter = { signal: new AbortController().signal, onProgress: ({ stage }: PullProgress) => void seen.push(stage) };
    const done = pulls.join(key, waiter, async ({ onProgress }) => {
      onProgress({ stage: 'download', current: 1, total: 1 });
      await new Promise<void>((resolve) => finish.push(resolve));
      return key;
    });
    return { seen, done };
  };
  const [first, second] = [join('a'), join('b')];
  await new Promise((resolve) => setImmediate(resolve));
  expect([first.seen, second.seen]).toEqual([['download'], ['queue']]);
  finish[0]?.();
  expect(await first.done).toBe('a');
  await new Promise((resolve) => setImmediate(resolve));
  expect(second.seen).toEqual(['queue', 'download']);
  finish[1]?.();
  expect(await second.done).toBe('b');
});
