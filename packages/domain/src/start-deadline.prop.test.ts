import { PULL_STAGES, type PullState } from '@muster/protocol/messages/frames';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALLOCATION_TRANSITIONS, applyReport, isTerminalAllocationPhase, type AllocationPhase } from './allocation-lifecycle.ts';
import { overdue, startProgress } from './start-deadline.ts';

const phases = Object.keys(ALLOCATION_TRANSITIONS) as AllocationPhase[];
const onTheWay = fc.constantFrom<AllocationPhase>('Placed', 'Pulling', 'Starting');
const pullState: fc.Arbitrary<PullState> = fc
  .tuple(fc.constantFrom(...PULL_STAGES), fc.nat(1_000), fc.nat(1_000))
  .map(([stage, a, b]) => ({ stage, current: Math.min(a, b), total: Math.max(a, b) }));
const patience = fc.record({ startWithinMs: fc.integer({ min: 1, max: 1_000 }), stopWithinMs: fc.integer({ min: 1, max: 1_000 }) });

interface Report {
  afterMs: number;
  phase: AllocationPhase;
  pull: PullState | null;
}

/** The life of one allocation on a node that says what it likes, looked at every millisecond: when it was stopped and ended. */
function live(
  reports: readonly Report[],
  { startWithinMs, stopWithinMs }: { startWithinMs: number; stopWithinMs: number },
  untilMs: number,
) {
  let phase: AllocationPhase = 'Placed';
  let furthest = 0;
  let since = 0;
  let stoppedAt: number | null = null;
  const due = new Map<number, Report[]>();
  let at = 0;
  for (const report of reports) due.set((at += report.afterMs), [...(due.get(at) ?? []), report]);
  for (let now = 0; now <= untilMs; now += 1) {
    for (const report of due.get(now) ?? []) {
      const decision = applyReport({ epoch: 1, phase }, { epoch: 1, phase: report.phase });
      if (!decision.accept && decision.code !== 'UNCHANGED') continue;
      phase = report.phase;
      const progress = startProgress(phase, report.pull);
      // What was told to stop makes no progress any more.
      if (progress > furthest && stoppedAt === null) [furthest, since] = [progress, now];
    }
    const step = overdue({ phase, hasRun: false, stopping: stoppedAt !== null, idleMs: now - since }, { startWithinMs, stopWithinMs });
    if (step === 'end') return { phase, stoppedAt, endedAt: now };
    if (step === 'stop') stoppedAt = since = now;
  }
  return { phase, stoppedAt, endedAt: null };
}

describe('startProgress', () => {
  it('rises with every phase, stage and byte, and with nothing else', () => {
    const way = [
      startProgress('Placed', null),
      startProgress('Pulling', { stage: 'queue', current: 0, total: 0 }),
      startProgress('Pulling', { stage: 'download', current: 0, total: 9 }),
      startProgress('Pulling', { stage: 'download', current: 1, total: 9 }),
      startProgress('Pulling', { stage: 'check', current: 1, total: 9 }),
      startProgress('Pulling', { stage: 'extract', current: 1, total: 9 }),
      startProgress('Starting', null),
    ];
    expect(way.toSorted((a, b) => a - b)).toEqual(way);
    expect(new Set(way).size).toBe(way.length);
  });

  it('has an upper bound, so that no node can make progress for ever by saying the same again', () => {
    fc.assert(fc.property(fc.constantFrom(...phases), fc.option(pullState), (phase, pull) => startProgress(phase, pull) <= 5));
  });
});

describe('overdue', () => {
  it('never has stopped what is not on its way, nor what has run', () => {
    fc.assert(
      fc.property(fc.constantFrom(...phases), fc.boolean(), fc.nat(10_000), patience, (phase, hasRun, idleMs, limits) => {
        const step = overdue({ phase, hasRun, stopping: false, idleMs }, limits);
        expect(step).not.toBe('end');
        if (step === 'stop')
          expect({ hasRun, way: ['Placed', 'Pulling', 'Starting'].includes(phase) }).toEqual({ hasRun: false, way: true });
      }),
    );
  });

  it('ends nothing that was not told to stop, nor before its node had all the time to say so', () => {
    fc.assert(
      fc.property(fc.constantFrom(...phases), fc.boolean(), fc.nat(10_000), patience, (phase, hasRun, idleMs, limits) => {
        const ends = overdue({ phase, hasRun, stopping: true, idleMs }, limits) === 'end';
        expect(ends).toBe(!isTerminalAllocationPhase(phase) && idleMs > limits.stopWithinMs);
      }),
    );
  });

  it('never calls a pull dead that gets on within the deadline, however long it takes in all', () => {
    fc.assert(
      fc.property(
        patience,
        fc.integer({ min: 2, max: 40 }),
        fc.constantFrom<PullState['stage']>('download', 'check', 'extract'),
        (limits, steps, stage) => {
          const reports = Array.from({ length: steps }, (_, step): Report => ({
            afterMs: limits.startWithinMs,
            phase: 'Pulling',
            pull: { stage, current: step + 1, total: steps },
          }));
          expect(live(reports, limits, steps * limits.startWithinMs)).toMatchObject({ stoppedAt: null, endedAt: null });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('ends every allocation that does not get on, whatever its node says meanwhile, after it was given the time to stop it', () => {
    const report = fc.record({
      afterMs: fc.nat(300),
      phase: onTheWay,
      pull: fc.option(fc.constant<PullState>({ stage: 'download', current: 1, total: 2 })),
    });
    fc.assert(
      fc.property(fc.array(report, { maxLength: 30 }), patience, (reports, limits) => {
        // Placed, Pulling with and without the one state of the pull, Starting: four that may each begin the deadline anew, and no more.
        const longestMs = 4 * limits.startWithinMs + limits.stopWithinMs + 1;
        const { phase, stoppedAt, endedAt } = live(reports, limits, longestMs);
        expect(isTerminalAllocationPhase(phase)).toBe(false);
        expect(endedAt).not.toBeNull();
        expect(endedAt! - stoppedAt!).toBeGreaterThanOrEqual(limits.stopWithinMs);
      }),
      { numRuns: 50 },
    );
  });
});
