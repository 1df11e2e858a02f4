import type { Standing } from './standing.ts';
import type { RegistrationState, RunState } from './state.ts';

/** The contract's constants that derivation needs, in ms. */
export interface RegistryTimeouts {
  /** A pending registration lapses this long after it was made. */
  pendingTimeoutMs: number;
}

/** The contract's own value: keep in step with ComputeRegistry.PENDING_TIMEOUT. */
export const REGISTRY_TIMEOUTS: RegistryTimeouts = { pendingTimeoutMs: 24 * 60 * 60_000 };

/**
 * The standing as `standingOf` answers it: a stored one, or Lapsed and Closed, which no event announces.
 * Ended standings stay; of the live ones a closed run closes all, and time lapses the pending.
 */
export function deriveStanding(
  registration: Pick<RegistrationState, 'standing' | 'registeredAt'>,
  run: Pick<RunState, 'closedAt'>,
  nowMs: number,
  timeouts: RegistryTimeouts = REGISTRY_TIMEOUTS,
): Standing {
  const { standing } = registration;
  if (standing !== 'Pending' && standing !== 'Approved') return standing;
  // Lapsing comes first: a registration that lapsed before its run closed has lapsed.
  const lapsesAt = registration.registeredAt + timeouts.pendingTimeoutMs;
  if (standing === 'Pending' && lapsesAt < Math.min(nowMs, run.closedAt ?? nowMs)) return 'Lapsed';
  return run.closedAt === null ? standing : 'Closed';
}
