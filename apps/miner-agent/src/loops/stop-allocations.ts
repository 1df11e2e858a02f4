import type { AllocationRecord, Outcome } from '../reconcile/desired.ts';
import type { AllocationStore } from '../state/allocation-store.ts';

export interface StopReason {
  phase: 'Cancelled' | 'Lost' | 'Failed';
  reason: string;
  /** Why the agent itself ends it. */
  error?: Outcome['error'];
}

/** Asks every live allocation that `picks` to end, each with its own grace period, also when the disk takes no note of it. Returns how many. */
export async function stopAllocations(
  store: AllocationStore,
  why: StopReason,
  picks: (record: AllocationRecord) => boolean = () => true,
): Promise<number> {
  const live = store.list().filter((record) => !record.outcome && !record.stop && picks(record));
  // A disk that refuses the note must not keep anything running; the next life would conclude the same.
  await Promise.allSettled(
    live.map(({ allocationId }) =>
      store.insist(allocationId, (record) =>
        record && !record.stop && !record.outcome ? { ...record, stop: { graceMs: record.spec.graceMs, ...why } } : undefined,
      ),
    ),
  );
  return live.length;
}

export const isAllEnded = (store: AllocationStore): boolean => store.list().every(({ outcome }) => outcome !== null);
