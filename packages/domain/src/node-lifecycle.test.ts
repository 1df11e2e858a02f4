import { describe, expect, it } from 'vitest';
import { nextNodePhase, type NodeFacts, type NodePhase } from './node-lifecycle.ts';

const NOW = 1_000_000;
const setup = (facts: Partial<NodeFacts> = {}): NodeFacts => ({
  standing: 'Approved',
  voted: true,
  acknowledged: true,
  lastHeartbeatMs: NOW,
  drainRequested: false,
  nowMs: NOW,
  heartbeatMs: 30_000,
  listeningSinceMs: 0,
  ...facts,
});

describe('nextNodePhase', () => {
  it.each<[NodePhase, Partial<NodeFacts>, NodePhase | null]>([
    ['Registered', { standing: 'Pending', voted: false }, null],
    ['Registered', { standing: 'Pending', voted: true }, 'Validating'],
    ['Registered', { standing: 'Approved' }, 'Approved'],
    ['Validating', { standing: 'Rejected' }, 'Rejected'],
    ['Validating', { standing: 'Lapsed' }, 'Lapsed'],
    ['Approved', { acknowledged: false }, null],
    ['Approved', {}, 'Invited'],
    ['Invited', { lastHeartbeatMs: null }, null],
    ['Invited', {}, 'Healthy'],
    ['Healthy', { lastHeartbeatMs: NOW - 60_001 }, 'Unhealthy'],
    ['Unhealthy', { lastHeartbeatMs: NOW - 120_001 }, 'Lost'],
    ['Lost', {}, 'Healthy'],
    ['Lost', { lastHeartbeatMs: NOW - 120_001 }, null],
    ['Healthy', { lastHeartbeatMs: NOW - 60_001, listeningSinceMs: NOW - 1_000 }, null],
    ['Healthy', { drainRequested: true }, 'Draining'],
    ['Draining', {}, null],
    ['Draining', { standing: 'Left' }, 'Left'],
    ['Draining', { drainRequested: true, lastHeartbeatMs: NOW - 60_001 }, null],
    ['Draining', { drainRequested: true, lastHeartbeatMs: NOW - 120_001 }, 'Lost'],
    ['Lost', { drainRequested: true, lastHeartbeatMs: NOW - 120_001 }, null],
    ['Lost', { drainRequested: true }, 'Healthy'],
    ['Unhealthy', { drainRequested: true, lastHeartbeatMs: NOW - 120_001 }, 'Lost'],
    ['Unhealthy', { drainRequested: true, lastHeartbeatMs: NOW - 60_001 }, 'Draining'],
    ['Healthy', { standing: 'Ejected' }, 'Ejected'],
    ['Healthy', { standing: 'Invalidated' }, 'Invalidated'],
    ['Unhealthy', { standing: 'Closed' }, 'Closed'],
    ['Left', { standing: 'Approved' }, null],
  ])('%s under %o becomes %s', (phase, facts, expected) => {
    expect(nextNodePhase(phase, setup(facts))?.phase ?? null).toBe(expected);
  });

  it('gives a reason that a person can read', () => {
    expect(nextNodePhase('Healthy', setup({ lastHeartbeatMs: NOW - 70_000 }))?.reason).toBe('no heartbeat for 70000 ms');
  });
});
