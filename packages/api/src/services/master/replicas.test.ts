import { describe, expect, it } from 'vitest';
import { allocationWith } from '../../testing/rows.ts';
import { exitOf } from './replicas.ts';

describe('exitOf', () => {
  it.each([
    ['a success', { phase: 'Succeeded' as const }, { kind: 'exited', exitCode: 0 }],
    ['an exit code', { phase: 'Failed' as const, exitCode: 137 }, { kind: 'exited', exitCode: 137 }],
    ['a failure without an exit', { phase: 'Failed' as const }, { kind: 'error' }],
    ['the buyer’s stop', { phase: 'Cancelled' as const, stopReason: 'buyer' }, { kind: 'stopped' }],
    ['an eviction', { phase: 'Cancelled' as const, stopReason: 'evicted' }, { kind: 'lost' }],
    ['a stop by the node itself', { phase: 'Cancelled' as const }, { kind: 'lost' }],
    [
      'an end by the node of what had run',
      { phase: 'Failed' as const, exitCode: 137, startedAt: new Date(0), error: { code: 'DISK_RESERVE_REACHED', message: '' } },
      { kind: 'exited', exitCode: 137 },
    ],
    ['a refusal by the node', { phase: 'Failed' as const, error: { code: 'POLICY_REFUSED', message: '' } }, { kind: 'refused' }],
    [
      'a start that did not get on',
      { phase: 'Failed' as const, stopReason: 'overdue', error: { code: 'START_TIMED_OUT', message: '' } },
      { kind: 'error' },
    ],
    ['a lost node', { phase: 'Lost' as const }, { kind: 'lost' }],
  ])('reads %s', (_what, over, exit) => {
    expect(exitOf(allocationWith(over))).toEqual(exit);
  });
});
