import { describe, expect, it } from 'vitest';
import { allocationWith, specWith } from '../../testing/rows.ts';
import { planAllocation, type AllocationPlanInput } from './plan-allocation.ts';

const LOST_AFTER_MS = 120_000;
const START_WITHIN_MS = 600_000;
const node = { phase: 'Healthy' as const, sameRegistration: true, phaseForMs: 0, reachable: true, observed: null };
const plan = (over: Partial<AllocationPlanInput> = {}) =>
  planAllocation({
    allocation: allocationWith(),
    task: { desired: 'Running' },
    spec: specWith(),
    node,
    runOpen: true,
    elsewhere: false,
    lostAfterMs: LOST_AFTER_MS,
    startWithinMs: START_WITHIN_MS,
    idleMs: 0,
    ...over,
  });
const KEEP = { move: null, stop: null };

describe('planAllocation', () => {
  it('leaves a wanted container on a healthy node alone', () => {
    expect(plan()).toEqual(KEEP);
  });

  it('stops it once, at the buyer’s wish or when the run has closed', () => {
    expect(plan({ task: { desired: 'Stopped' } }).stop).toBe('buyer');
    expect(plan({ runOpen: false }).stop).toBe('buyer');
    expect(plan({ task: { desired: 'Stopped' }, allocation: allocationWith({ desired: 'Stopped' }) })).toEqual(KEEP);
  });

  it('stops it when it has run for longer than its timeout', () => {
    const spec = specWith({ timeout: '5m' });
    expect(plan({ spec, allocation: allocationWith({ runningMs: 299_000 }) })).toEqual(KEEP);
    expect(plan({ spec, allocation: allocationWith({ runningMs: 301_000 }) }).stop).toBe('timeout');
  });

  it('moves it off a draining node', () => {
    expect(plan({ node: { ...node, phase: 'Draining' } }).stop).toBe('evicted');
  });

  it('has one stopped that does not get on, and ends it when its node does not say that it has', () => {
    const placed = allocationWith({ phase: 'Placed' });
    expect(plan({ allocation: placed, idleMs: START_WITHIN_MS })).toEqual(KEEP);
    expect(plan({ allocation: placed, idleMs: START_WITHIN_MS + 1 })).toEqual({ move: null, stop: 'overdue' });
    const stopped = allocationWith({ phase: 'Placed', desired: 'Stopped', stopReason: 'overdue' });
    // The containers' grace is 10 s, and the time counts anew from the stop.
    const patienceMs = LOST_AFTER_MS + 10_000;
    expect(plan({ allocation: stopped, idleMs: patienceMs })).toEqual(KEEP);
    expect(plan({ allocation: stopped, idleMs: patienceMs + 1 }).move).toEqual({
      to: 'Failed',
      reason: 'Nothing came of it for 10 min after it was placed',
      error: { code: 'START_TIMED_OUT', message: 'Nothing came of it for 10 min after it was placed', hint: expect.any(String) },
    });
    // However late a turn comes, the node is told before anything ends.
    expect(plan({ allocation: placed, idleMs: 1e9 })).toEqual({ move: null, stop: 'overdue' });
  });

  it('gives up what the buyer has stopped once its node has not said so for twice the grace and as long as a start may take', () => {
    const spec = specWith({ grace: '1h' });
    const patienceMs = 2 * 3_600_000 + START_WITHIN_MS + LOST_AFTER_MS;
    for (const over of [{ phase: 'Running' as const, startedAt: new Date(0) }, { phase: 'Pulling' as const }]) {
      const stopped = {
        allocation: allocationWith({ ...over, desired: 'Stopped', stopReason: 'buyer' }),
        spec,
        task: { desired: 'Stopped' as const },
      };
      expect(plan({ ...stopped, idleMs: patienceMs })).toEqual(KEEP);
      const message = 'Its node was told to stop it, and did not say for 132 min that it has';
      expect(plan({ ...stopped, idleMs: patienceMs + 1 }).move).toEqual({
        to: 'Lost',
        reason: message,
        error: { code: 'STOP_TIMED_OUT', message, hint: expect.any(String) },
      });
      // Nobody says that it has stopped while nobody can be heard.
      for (const phase of ['Unhealthy', 'Lost'] as const)
        expect(plan({ ...stopped, idleMs: 1e9, node: { ...node, phase } }).move?.to).not.toBe('Lost');
    }
  });

  it('gives up what the node has not told of since it came back, as long after as if it had been there all the time', () => {
    const allocation = allocationWith({ phase: 'Unknown', startedAt: new Date(0), desired: 'Stopped', stopReason: 'buyer' });
    const back = (phaseForMs: number) =>
      plan({ allocation, idleMs: 1e9, task: { desired: 'Stopped' }, node: { ...node, phaseForMs, observed: null } });
    // The containers' grace is 10 s.
    const patienceMs = 20_000 + START_WITHIN_MS + LOST_AFTER_MS;
    expect(back(patienceMs)).toEqual(KEEP);
    expect(back(patienceMs + 1).move).toMatchObject({ to: 'Lost', error: { code: 'STOP_TIMED_OUT' } });
  });

  it('waits for the node where another would take the place of what may still run', () => {
    const running = { phase: 'Running' as const, startedAt: new Date(0), desired: 'Stopped' as const };
    for (const stopReason of ['timeout', 'evicted', 'overdue'] as const) {
      const allocation = allocationWith({ ...running, stopReason });
      expect(plan({ allocation, idleMs: 1e9, node: { ...node, phase: 'Draining' } })).toEqual(KEEP);
      // Until the buyer wants none in its place.
      expect(plan({ allocation, idleMs: 1e9, task: { desired: 'Stopped' } }).move).toMatchObject({ to: 'Lost' });
    }
    // Nor does it go by when it began: its node may not have said.
    const unsaid = allocationWith({ ...running, startedAt: null, stopReason: 'evicted' });
    expect(plan({ allocation: unsaid, idleMs: 1e9, node: { ...node, phase: 'Draining' } })).toEqual(KEEP);
    const evicted = allocationWith({ phase: 'Placed', desired: 'Stopped', stopReason: 'evicted' });
    expect(plan({ allocation: evicted, idleMs: 1e9, node: { ...node, phase: 'Draining' } }).move).toMatchObject({ to: 'Lost' });
  });

  it('gives no deadline to what has run, nor while its node cannot be heard', () => {
    expect(plan({ allocation: allocationWith({ phase: 'Starting', startedAt: new Date(0) }), idleMs: 1e9 })).toEqual(KEEP);
    expect(plan({ allocation: allocationWith({ phase: 'Running' }), idleMs: 1e9 })).toEqual(KEEP);
    const unhealthy = { ...node, phase: 'Unhealthy' as const };
    expect(plan({ node: unhealthy, allocation: allocationWith({ phase: 'Unknown' }), idleMs: 1e9 })).toEqual(KEEP);
  });

  it('tells the buyer what the node of one that does not get on said last', () => {
    const error = { code: 'DISK_FULL', message: 'No room', hint: '' };
    const allocation = allocationWith({ phase: 'Pulling', desired: 'Stopped', stopReason: 'overdue', error });
    expect(plan({ allocation, idleMs: 1e9 }).move?.reason).toBe(
      'Nothing came of it for 10 min while its image was pulled; its node last said DISK_FULL: No room',
    );
  });

  it('knows nothing of it while its node misses heartbeats, and gives it up once a lost node must have stopped it', () => {
    expect(plan({ node: { ...node, phase: 'Unhealthy' } }).move).toMatchObject({ to: 'Unknown' });
    expect(plan({ node: { ...node, phase: 'Unhealthy' }, allocation: allocationWith({ phase: 'Unknown' }) })).toEqual(KEEP);
    const lost = (phaseForMs: number) =>
      plan({ node: { ...node, phase: 'Lost', phaseForMs }, allocation: allocationWith({ phase: 'Unknown' }) });
    // The containers' grace is 10 s; a quarter of the loss covers what is on its way.
    expect(lost(10_000 + LOST_AFTER_MS / 4)).toEqual(KEEP);
    expect(lost(10_001 + LOST_AFTER_MS / 4).move).toMatchObject({ to: 'Lost' });
  });

  it('takes the returning node’s word for what became of it', () => {
    const allocation = allocationWith({ phase: 'Unknown' });
    expect(plan({ allocation, node: { ...node, observed: 'Running' } }).move).toMatchObject({ to: 'Running' });
    expect(plan({ allocation, node: { ...node, observed: 'Failed' } }).move).toMatchObject({ to: 'Failed' });
    expect(plan({ allocation })).toEqual(KEEP);
  });

  it('waits for a gone node to say that it has stopped, and no longer than grace and loss take together', () => {
    const gone = { ...node, phase: 'Left' as const };
    expect(plan({ node: gone })).toEqual({ move: null, stop: 'evicted' });
    expect(plan({ node: gone, allocation: allocationWith({ desired: 'Stopped' }) })).toEqual(KEEP);
    expect(plan({ node: { ...gone, reachable: false } }).move).toMatchObject({ to: 'Lost' });
    expect(plan({ node: { ...gone, phaseForMs: LOST_AFTER_MS + 10_001 } }).move).toMatchObject({ to: 'Lost' });
  });

  it('gives it up when its node has registered anew', () => {
    expect(plan({ node: { ...node, sameRegistration: false } }).move).toMatchObject({ to: 'Lost' });
  });

  it('tears nothing down while a reorg hides the registration', () => {
    expect(plan({ node: null })).toEqual(KEEP);
  });

  it('gives it up when the run has named another master', () => {
    expect(plan({ elsewhere: true, runOpen: false }).move).toMatchObject({ to: 'Lost' });
  });

  it('does nothing to one that has ended', () => {
    expect(plan({ allocation: allocationWith({ phase: 'Failed' }), node: null })).toEqual(KEEP);
  });
});
