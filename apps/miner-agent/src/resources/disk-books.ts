import { demandOf } from '@muster/protocol/task-spec/defaults';
import type { AllocationRecord } from '../reconcile/desired.ts';
import { promisableBytes, unwrittenBytes, type DiskClaims, type DiskSight } from './promisable-disk.ts';

/** The engine's disk as it was last seen, and what follows from it: who looks writes it down here. */
export interface DiskBooks {
  note(sight: DiskSight): void;
  /** What allocations may be promised in all, before the owner's reserve; given what images take now, with pulls under way. */
  promisable(imagesBytes: number): number;
  /** Promised to allocations and not written yet. */
  unwritten(): number;
}

/** Nothing is promised before the first look. */
const UNSEEN: DiskSight = { freeBytes: 0, shares: [], ended: new Set(), sharedBytes: 0, imagesBytes: 0 };

export function createDiskBooks({ claims, records }: { claims: DiskClaims; records: () => readonly AllocationRecord[] }): DiskBooks {
  let sight = UNSEEN;
  const allocations = () =>
    records().map(({ allocationId, spec, outcome }) => ({
      allocationId,
      limitBytes: demandOf(spec).diskBytes,
      hasEnded: outcome !== null,
    }));
  return {
    note: (seen) => void (sight = seen),
    promisable: (imagesBytes) => promisableBytes({ sight, claims, imagesBytes, allocations: allocations() }),
    unwritten: () => unwrittenBytes(sight, allocations()),
  };
}
