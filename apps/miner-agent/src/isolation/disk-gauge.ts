import { isMeasureDue, type DiskAccount, type DiskLook, type DiskUnit } from './disk-budget.ts';

/** What the disk watch remembers from tick to tick about one unit: bytes, or files. */
export interface DiskGauge {
  look(space: { free: number; reserve: number }): DiskLook;
  /** Whether these live allocations, given with their limits, must be measured now. */
  isDue(live: readonly Pick<DiskAccount, 'allocationId' | 'limit'>[], look: DiskLook): boolean;
  note(accounts: readonly DiskAccount[], look: DiskLook): void;
  /** As it was last measured. */
  find(allocationId: string): DiskAccount | undefined;
}

export function createDiskGauge(unit: DiskUnit, monotonic: () => number): DiskGauge {
  let accounts: readonly DiskAccount[] = [];
  let measuredAt = -Infinity;
  let measuredFree = Infinity;
  let previousFree: number | undefined;
  const find = (id: string) => accounts.find(({ allocationId }) => allocationId === id);
  return {
    find,
    look({ free, reserve }) {
      const look = { free, previousFree: previousFree ?? free, measuredFree, sinceMeasureMs: monotonic() - measuredAt, reserve };
      previousFree = free;
      return look;
    },
    isDue: (live, look) =>
      isMeasureDue(
        live.map((account) => ({ ...account, used: find(account.allocationId)?.used ?? 0 })),
        look,
        unit,
      ),
    note(measured, { free }) {
      accounts = measured;
      measuredAt = monotonic();
      measuredFree = free;
    },
  };
}
