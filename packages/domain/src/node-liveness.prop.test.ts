import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { livenessOfAge, nextLiveness, type LivenessPhase } from './node-liveness.ts';

const RANK: Record<LivenessPhase, number> = { Healthy: 0, Unhealthy: 1, Lost: 2 };
const heartbeat = fc.integer({ min: 1, max: 120_000 });

describe('livenessOfAge', () => {
  it('is monotone: an older heartbeat is never a better phase', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(1_000_000), heartbeat, (age, more, heartbeatMs) => {
        expect(RANK[livenessOfAge(age + more, heartbeatMs)]).toBeGreaterThanOrEqual(RANK[livenessOfAge(age, heartbeatMs)]);
      }),
    );
  });

  it('turns at two and at four missed heartbeats', () => {
    expect([60_000, 60_001, 120_000, 120_001].map((age) => livenessOfAge(age, 30_000))).toEqual([
      'Healthy',
      'Unhealthy',
      'Unhealthy',
      'Lost',
    ]);
  });
});

describe('nextLiveness', () => {
  const facts = fc.record({
    current: fc.constantFrom<LivenessPhase>('Healthy', 'Unhealthy', 'Lost'),
    nowMs: fc.integer({ min: 1_000_000, max: 2_000_000 }),
    lastHeartbeatMs: fc.nat(1_000_000),
    heartbeatMs: heartbeat,
    listeningSinceMs: fc.nat(1_000_000),
  });

  it('worsens by one step at most', () => {
    fc.assert(
      fc.property(facts, (input) => {
        expect(RANK[nextLiveness(input)] - RANK[input.current]).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('recovers at once from a fresh heartbeat, and only from one', () => {
    fc.assert(
      fc.property(facts, (input) => {
        const better = RANK[nextLiveness(input)] < RANK[input.current];
        const fresh = livenessOfAge(input.nowMs - input.lastHeartbeatMs, input.heartbeatMs) === 'Healthy';
        expect(better).toBe(fresh && input.current !== 'Healthy');
      }),
    );
  });

  it('worsens nobody during the first grace period of a master that has just begun to listen', () => {
    fc.assert(
      fc.property(facts, (input) => {
        const listeningSinceMs = input.nowMs - input.heartbeatMs;
        expect(RANK[nextLiveness({ ...input, listeningSinceMs })]).toBeLessThanOrEqual(RANK[input.current]);
      }),
    );
  });
});
