import { describe, expect, it } from 'vitest';
import { refusedEpochs, refusingNodes } from './refusals.ts';

const by = (node: string, count: number, sinceMs: number, { replica = 0, code = 'POLICY_REFUSED' } = {}) => ({
  taskId: 't',
  replica,
  node,
  code,
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

  it('passes over a node that did not get a container started, and counts that as a try', () => {
    const overdue = by('a', 1, 20_000, { code: 'START_TIMED_OUT' });
    expect([...refusingNodes([overdue]).keys()]).toEqual(['a']);
    expect(refusedEpochs([overdue, by('b', 1, 0)], 0)).toBe(1);
  });

  it('counts the refusals of all replicas of the task together', () => {
    expect(refusingNodes([by('a', 1, 50_000), by('a', 1, 40_000, { replica: 1 })]).size).toBe(1);
    expect(refusedEpochs([by('a', 1, 0), by('b', 2, 0), by('a', 4, 0, { replica: 1 })], 0)).toBe(3);
  });
});
