/** What one live allocation may have on the disk, and had when that was last measured: in bytes, or in files. */
export interface DiskAccount {
  allocationId: string;
  limit: number;
  used: number;
}

/** What is free at two looks, a tick apart; measuring what each container has is dear, reading this costs nothing. */
export interface DiskLook {
  free: number;
  /** At the look before. */
  previousFree: number;
  /** When the accounts were last measured. */
  measuredFree: number;
  sinceMeasureMs: number;
  reserve: number;
}

/** How exactly it is looked at. */
export interface DiskUnit {
  /** An account that is nearly full must not have everything measured all the time. */
  leastStep: number;
  /** Somebody else may have freed what a container took meanwhile. */
  atLeastEveryMs: number;
}

export const BYTES: DiskUnit = { leastStep: 16 * 1024 * 1024, atLeastEveryMs: 60_000 };
/** Counting them is dearer still, and nobody deletes files by the hundred thousand just then. */
export const FILES: DiskUnit = { leastStep: 4096, atLeastEveryMs: 600_000 };

export type DiskVerdict = { allocationId: string; code: 'DISK_LIMIT_EXCEEDED' | 'DISK_RESERVE_REACHED' };

/** How far ahead to look at the present speed: to measure, to decide and to stop takes about as long. */
const TICKS_AHEAD = 4;

/**
 * Whether it is time to measure: nobody can have gone over a limit before so much of what was free is gone as the fullest account
 * had left; and nothing can go into the reserve that does not come near it first.
 */
export function isMeasureDue(accounts: readonly DiskAccount[], look: DiskLook, { leastStep, atLeastEveryMs }: DiskUnit): boolean {
  if (accounts.length === 0) return false;
  const { free, measuredFree, sinceMeasureMs } = look;
  const headroom = Math.min(...accounts.map(({ limit, used }) => limit - used));
  return sinceMeasureMs >= atLeastEveryMs || measuredFree - free >= Math.max(leastStep, headroom) || isNearReserve(look);
}

export function isNearReserve({ free, previousFree, reserve }: DiskLook): boolean {
  const falling = Math.max(0, previousFree - free);
  return free - falling * TICKS_AHEAD < reserve;
}

/** Who must stop: whoever is over its limit; and if nobody is, yet the reserve is touched, the one that has most. */
export function judgeDisk(accounts: readonly DiskAccount[], look: DiskLook, { leastStep }: DiskUnit): DiskVerdict[] {
  const over = accounts.filter(({ used, limit }) => used > limit);
  if (over.length > 0) return over.map(({ allocationId }) => ({ allocationId, code: 'DISK_LIMIT_EXCEEDED' }));
  const [first, ...others] = accounts;
  if (!first || !isNearReserve(look)) return [];
  const most = others.reduce((fullest, account) => (account.used > fullest.used ? account : fullest), first);
  // Whoever has nothing to speak of is not the reason, and stopping it would free nothing.
  return most.used < leastStep ? [] : [{ allocationId: most.allocationId, code: 'DISK_RESERVE_REACHED' }];
}
