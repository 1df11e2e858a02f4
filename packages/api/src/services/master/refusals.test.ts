import { describe, expect, it } from 'vitest';
import { refusedEpochs, refusingNodes } from './refusals.ts';

const by = (node: string, count: number, sinceMs: number, replica = 0) => ({
  taskId: 't',
  replica,
  node,
  count,
  sinceMs,
  message: `${node} says no`,
});

describe('refusingNodes', () => {
  it('asks a node again after a pause that doubles with each refusal, up to an hour', () => {
    expect([...refusingNodes([by('a', 1, 29_000), by('b', 1, 31_000), by('c', 2, 31_000)])]).toEqual([
      ['a', 'a says no'],
      ['c', 'c says no'],
    ]);
    expect(refusingNodes([by('a', 50, 59 * 60_000)]).size).toBe(1);
    expect(refusingNodes([by('a', 50, 61 * 60_000)]).size).toBe(0);
  });

  it('counts the refusals of all replicas of the task together', () => {
    expect(refusingNodes([by('a', 1, 50_000, 0), by('a', 1, 40_000, 1)]).size).toBe(1);
    expect(refusedEpochs([by('a', 1, 0, 0), by('b', 2, 0, 0), by('a', 4, 0, 1)], 0)).toBe(3);
  });
});
