import type { TimedAllocation } from '@muster/db/repositories/allocations';
import { pullStateSchema } from '@muster/protocol/messages/frames';

type Moment = {
  nowMs: number;
  /** Since when this master has listened without a break. */
  listeningSinceMs: number;
};

/**
 * How long each has not got on while it could be heard: what passed while this master was deaf counts for nothing. One that waits for its
 * turn at the images gets on as long as its node gets on with another; what was told to stop waits for no turn.
 */
export function idleTimes(
  allocations: readonly TimedAllocation[],
  { nowMs, listeningSinceMs }: Moment,
): (allocation: TimedAllocation) => number {
  const newestOn = new Map<string, number>();
  for (const { runId, node, phase, progressAt } of allocations) {
    if (phase !== 'Pulling') continue;
    const key = `${runId}/${node}`;
    newestOn.set(key, Math.max(progressAt.getTime(), newestOn.get(key) ?? 0));
  }
  return ({ runId, node, phase, desired, pullProgress, progressAt, idleMs }) => {
    const pull = phase === 'Pulling' && desired === 'Running' ? pullStateSchema.safeParse(pullProgress) : null;
    const newest = pull?.data?.stage === 'queue' ? newestOn.get(`${runId}/${node}`) : undefined;
    const ownMs = newest === undefined ? idleMs : idleMs - (newest - progressAt.getTime());
    return Math.min(ownMs, nowMs - listeningSinceMs);
  };
}
