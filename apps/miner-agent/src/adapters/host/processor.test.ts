import { cpus } from 'node:os';
import { describe, expect, it } from 'vitest';
import { busyBetween, countCores, describeProcessor } from './processor.ts';

const thread = (socket: number, core: number) =>
  `processor\t: 0\nphysical id\t: ${socket}\nsiblings\t: 2\ncore id\t\t: ${core}\ncpu cores\t: 2`;
const times = (busy: number, idle: number) => ({ times: { user: busy, nice: 0, sys: 0, idle, irq: 0 } });

describe('the processor', () => {
  it('has as many cores as its threads name, over all sockets', () => {
    expect(countCores([thread(0, 0), thread(0, 1), thread(0, 0), thread(0, 1), thread(1, 0)].join('\n\n'))).toBe(3);
  });

  it('tells of no cores where the kernel does not', () => {
    expect(countCores('processor\t: 0\nBogoMIPS\t: 48.00')).toBeNull();
    expect(countCores('')).toBeNull();
  });

  it('is described as this machine shows it', async () => {
    const { model, cores, threads } = await describeProcessor();
    expect(threads).toBe(cpus().length);
    expect(cores).toBeGreaterThan(0);
    expect(cores).toBeLessThanOrEqual(threads);
    expect(model).toMatch(/\S/);
  });

  it('is as busy as the time that was not idle', () => {
    expect(busyBetween([times(10, 90), times(0, 100)], [times(60, 140), times(25, 175)])).toBeCloseTo(0.5 + 0.25);
    expect(busyBetween([], [times(30, 70)])).toBeCloseTo(0.3);
    // A thread that came, and clocks that stand still.
    expect(busyBetween([times(1, 1)], [times(1, 1), times(1, 3)])).toBeCloseTo(0.25);
  });
});
