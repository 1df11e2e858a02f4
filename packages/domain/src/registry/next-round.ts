import type { RegistrationState, RunState } from './state.ts';
import { REGISTRY_TIMEOUTS } from './derive-standing.ts';

/** The contract's constants ROUND_TIMEOUT and REVALIDATION_INTERVAL, in ms. */
export const ROUND_TIMEOUT_MS = 6 * 60 * 60_000;
export const REVALIDATION_INTERVAL_MS = 24 * 60 * 60_000;

/** The round that takes verdicts next. Times are unix ms. */
export interface NextRound {
  round: number;
  opensAt: number;
  /** When it (or the registration itself) times out; null for a later round that nobody has opened. */
  closesAt: number | null;
}

/** As the contract's `nextRound` has it, for a live registration. An open round takes verdicts until its quorum or its time-out. */
export function nextRound(
  registration: Pick<RegistrationState, 'standing' | 'round' | 'roundOpenedAt' | 'approvals' | 'registeredAt'>,
  run: Pick<RunState, 'quorum'>,
  nowMs: number,
): NextRound {
  const { round, roundOpenedAt, approvals } = registration;
  const approved = registration.standing === 'Approved';
  const lapsesAt = registration.registeredAt + REGISTRY_TIMEOUTS.pendingTimeoutMs;
  const expiresAt = roundOpenedAt + ROUND_TIMEOUT_MS;
  // A quorum of rejections ends the registration, so only approvals can have settled a live one's round.
  const settled = approvals >= run.quorum;
  if (!settled && nowMs < expiresAt)
    return { round, opensAt: roundOpenedAt, closesAt: approved ? expiresAt : Math.min(expiresAt, lapsesAt) };
  if (approved) return { round: round + 1, opensAt: roundOpenedAt + REVALIDATION_INTERVAL_MS, closesAt: null };
  return { round: round + 1, opensAt: expiresAt, closesAt: lapsesAt };
}
