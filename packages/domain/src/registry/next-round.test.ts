import { describe, expect, it } from 'vitest';
import { REGISTRY_TIMEOUTS } from './derive-standing.ts';
import { nextRound, REVALIDATION_INTERVAL_MS, ROUND_TIMEOUT_MS } from './next-round.ts';

const T = 1_000_000;
const setup = (standing: 'Pending' | 'Approved', approvals = 0) => ({ standing, round: 1, roundOpenedAt: T, registeredAt: T, approvals });

describe('nextRound', () => {
  it.each([
    ['an open round', setup('Pending'), T, { round: 1, opensAt: T, closesAt: T + ROUND_TIMEOUT_MS }],
    [
      'a pending node whose round expired',
      setup('Pending'),
      T + ROUND_TIMEOUT_MS,
      { round: 2, opensAt: T + ROUND_TIMEOUT_MS, closesAt: T + REGISTRY_TIMEOUTS.pendingTimeoutMs },
    ],
    ['an approved node', setup('Approved', 2), T + 1, { round: 2, opensAt: T + REVALIDATION_INTERVAL_MS, closesAt: null }],
    ['an approved node in an open later round', setup('Approved', 1), T + 1, { round: 1, opensAt: T, closesAt: T + ROUND_TIMEOUT_MS }],
  ] as const)('answers for %s', (_title, registration, nowMs, expected) => {
    expect(nextRound(registration, { quorum: 2 }, nowMs)).toEqual(expected);
  });
});
