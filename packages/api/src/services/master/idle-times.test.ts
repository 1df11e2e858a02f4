import type { TimedAllocation } from '@muster/db/repositories/allocations';
import { describe, expect, it } from 'vitest';
import { allocationWith, NODE } from '../../testing/rows.ts';
import { idleTimes } from './idle-times.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = 100 * HOUR_MS;

/** One that last got on so long ago. */
const pulling = (stage: 'queue' | 'download', agoMs: number, over: Partial<TimedAllocation> = {}): TimedAllocation =>
  allocationWith({
    phase: 'Pulling',
    pullProgress: { stage, current: 0, total: 0 },
    progressAt: new Date(NOW_MS - agoMs),
    idleMs: agoMs,
    ...over,
  });
/** Told to stop a moment ago. */
const stopped = { desired: 'Stopped' as const, stopAskedAt: new Date(NOW_MS), idleMs: 0 };
const idle = (allocation: TimedAllocation, others: readonly TimedAllocation[], listensForMs = 10 * HOUR_MS): number =>
  idleTimes([allocation, ...others], { nowMs: NOW_MS, listeningSinceMs: NOW_MS - listensForMs })(allocation);

describe('idleTimes', () => {
  it('counts nothing of the time in which the master was deaf', () => {
    expect(idle(pulling('download', HOUR_MS), [], 5_000)).toBe(5_000);
  });

  it('has one that waits for its turn get on with the others of its node', () => {
    expect(idle(pulling('queue', HOUR_MS), [pulling('download', 1_000)])).toBe(1_000);
    expect(idle(pulling('queue', 1_000), [pulling('download', HOUR_MS)])).toBe(1_000);
    expect(idle(pulling('download', HOUR_MS), [pulling('download', 1_000)])).toBe(HOUR_MS);
    expect(idle(pulling('queue', HOUR_MS), [pulling('download', 1_000, { node: `${NODE}0` })])).toBe(HOUR_MS);
  });

  it('gives one that was told to stop no more time for what its node does meanwhile', () => {
    const waits = pulling('queue', 2 * HOUR_MS, { ...stopped, idleMs: HOUR_MS });
    expect(idle(waits, [pulling('download', 1_000)])).toBe(HOUR_MS);
  });

  it('does not take the order to stop another for something that gets on, but what that did before', () => {
    expect(idle(pulling('queue', HOUR_MS), [pulling('download', 60_000, stopped)])).toBe(60_000);
  });
});
