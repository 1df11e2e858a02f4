import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createByteBudget } from './byte-budget.ts';

const [burstBytes, bytesPerSecond] = [1_000, 100];
const calls = fc.array(fc.record({ key: fc.constantFrom('a', 'b'), bytes: fc.integer({ min: 1, max: 400 }), waitMs: fc.nat(3_000) }), {
  size: 'max',
  maxLength: 100,
});

it('takes of each key no more than its burst, its rate and one last piece', () => {
  fc.assert(
    fc.property(calls, (sequence) => {
      let now = 0;
      const budget = createByteBudget({ clock: { now: () => now, sleep: () => Promise.resolve() }, burstBytes, bytesPerSecond });
      const taken = new Map<string, number>();
      for (const { key, bytes, waitMs } of sequence) {
        now += waitMs;
        if (budget.take(key, bytes)) taken.set(key, (taken.get(key) ?? 0) + bytes);
      }
      for (const bytes of taken.values()) expect(bytes).toBeLessThanOrEqual(burstBytes + (now / 1000) * bytesPerSecond + 400);
    }),
  );
});

it('takes again once the debt is waited off, and from one key what it refuses another', () => {
  let now = 0;
  const budget = createByteBudget({ clock: { now: () => now, sleep: () => Promise.resolve() }, burstBytes, bytesPerSecond });
  expect([budget.take('a', 1_200), budget.take('a', 1), budget.take('b', 1)]).toEqual([true, false, true]);
  now = 2_000;
  expect(budget.take('a', 1)).toBe(false);
  now = 2_100;
  expect(budget.take('a', 1)).toBe(true);
});
