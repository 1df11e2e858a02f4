import { describe, expect, it } from 'vitest';
import { decideRestart, MAX_BACKOFF_MS, type AllocationExit, type RestartPolicy } from './restart-policy.ts';

const setup = (policy: RestartPolicy['policy'], maxRetries = 3): RestartPolicy => ({ policy, maxRetries, backoffMs: 1_000 });
const exited = (exitCode: number): AllocationExit => ({ kind: 'exited', exitCode });

describe('decideRestart', () => {
  it.each([
    ['never', exited(0), { retry: false, phase: 'Succeeded' }],
    ['never', exited(137), { retry: false, phase: 'Failed' }],
    ['never', { kind: 'lost' }, { retry: false, phase: 'Failed' }],
    ['on-failure', exited(0), { retry: false, phase: 'Succeeded' }],
    ['on-failure', exited(1), { retry: true, delayMs: 1_000 }],
    ['on-failure', { kind: 'error' }, { retry: true, delayMs: 1_000 }],
    ['on-failure', { kind: 'lost' }, { retry: true, delayMs: 0 }],
    ['always', exited(0), { retry: true, delayMs: 1_000 }],
    ['always', { kind: 'stopped' }, { retry: false, phase: 'Cancelled' }],
  ] as const)('%s after %o decides %o', (policy, exit, decision) => {
    expect(decideRestart(setup(policy), exit, 0)).toEqual(decision);
  });

  it('doubles the wait up to its cap', () => {
    const delays = [0, 1, 2, 40].map((retries) => decideRestart(setup('on-failure', 100), exited(1), retries));
    expect(delays.map((decision) => decision.retry && decision.delayMs)).toEqual([1_000, 2_000, 4_000, MAX_BACKOFF_MS]);
  });

  it('stops at the cap on retries, with the last exit as the result', () => {
    expect(decideRestart(setup('always', 2), exited(0), 2)).toEqual({ retry: false, phase: 'Succeeded' });
    expect(decideRestart(setup('always', 2), exited(1), 2)).toEqual({ retry: false, phase: 'Failed' });
  });
});
