export type LivenessPhase = 'Healthy' | 'Unhealthy' | 'Lost';

/** Heartbeats missed before a node is shown as unhealthy, and before it is given up for lost. */
export const MISSED_BEFORE_UNHEALTHY = 2;
export const MISSED_BEFORE_LOST = 4;

const BADNESS: Readonly<Record<LivenessPhase, number>> = { Healthy: 0, Unhealthy: 1, Lost: 2 };

/** What the age of the last heartbeat alone says. Monotone: an older heartbeat is never a better phase. */
export function livenessOfAge(ageMs: number, heartbeatMs: number): LivenessPhase {
  if (ageMs > MISSED_BEFORE_LOST * heartbeatMs) return 'Lost';
  return ageMs > MISSED_BEFORE_UNHEALTHY * heartbeatMs ? 'Unhealthy' : 'Healthy';
}

export interface LivenessFacts {
  current: LivenessPhase;
  nowMs: number;
  lastHeartbeatMs: number;
  heartbeatMs: number;
  /** When this master began to listen: silence before that is the master's own, not the node's. */
  listeningSinceMs: number;
}

/**
 * The next phase of a node with a session, one step at a time (Healthy → Unhealthy → Lost; a fresh heartbeat → Healthy).
 * Expiry is suspended for one grace period after the master's restart; recovery never is.
 */
export function nextLiveness({ current, nowMs, lastHeartbeatMs, heartbeatMs, listeningSinceMs }: LivenessFacts): LivenessPhase {
  const seen = livenessOfAge(nowMs - lastHeartbeatMs, heartbeatMs);
  if (seen === 'Healthy') return 'Healthy';
  const counted = livenessOfAge(nowMs - Math.max(lastHeartbeatMs, listeningSinceMs), heartbeatMs);
  if (BADNESS[counted] <= BADNESS[current]) return current;
  return current === 'Healthy' ? 'Unhealthy' : 'Lost';
}
