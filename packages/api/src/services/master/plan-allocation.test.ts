import { describe, expect, it } from 'vitest';
import { allocationWith, specWith } from '../../testing/rows.ts';
import { planAllocation, type AllocationPlanInput } from './plan-allocation.ts';

const LOST_AFTER_MS = 120_000;
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
