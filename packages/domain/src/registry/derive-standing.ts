import { isLive, type Standing } from './standing.ts';
import type { RegistrationState, RunState } from './state.ts';

/** The contract's constants that derivation needs, in ms. */
export interface RegistryTimeouts {
  /** A pending registration lapses this long after it was made. */
  pendingTimeoutMs: number;
}

/** The contract's own value: ComputeRegistry.PENDING_TIMEOUT. */
export const REGISTRY_TIMEOUTS: RegistryTimeouts = { pendingTimeoutMs: 3 * 24 * 60 * 60_000 };

/**
 * The standing as `standingOf` answers it: a stored one, or Lapsed and Closed, which no event announces.
 * An end, once come, never changes: a registration that lapsed before its run closed has lapsed.
 */
export function deriveStanding(
  registration: Pick<RegistrationState, 'standing' | 'registeredAt'>,
  run: Pick<RunState, 'closedAt'>,
  nowMs: number,
  timeouts: RegistryTimeouts = REGISTRY_TIMEOUTS,
): Standing {
  const { standing, registeredAt } = registration;
  if (!isLive(standing)) return standing;
  const until = run.closedAt ?? nowMs;
  if (standing === 'Pending' && until >= registeredAt + timeouts.pendingTimeoutMs) return 'Lapsed';
  return run.closedAt === null ? standing : 'Closed';
}
