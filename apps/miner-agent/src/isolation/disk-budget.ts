/** What one live allocation may write, and what it had written when that was last measured. */
export interface DiskAccount {
  allocationId: string;
  limitBytes: number;
  usedBytes: number;
}

/** Free space at two looks, a tick apart; measuring what each container has written is dear, reading this costs nothing. */
export interface DiskLook {
  freeBytes: number;
  /** At the look before. */
  previousFreeBytes: number;
  /** When the accounts were last measured. */
  measuredFreeBytes: number;
  sinceMeasureMs: number;
  reserveBytes: number;
}

export type DiskVerdict = { allocationId: string; code: 'DISK_LIMIT_EXCEEDED' | 'DISK_RESERVE_REACHED' };

/** Somebody else may have freed what a container wrote meanwhile. */
const AT_LEAST_EVERY_MS = 60_000;
/** An account that is nearly full must not have everything measured all the time. */
const LEAST_STEP_BYTES = 16 * 1024 * 1024;
/** How far ahead to look at the present speed: to measure, to decide and to stop takes about as long. */
const TICKS_AHEAD = 4;

/**
 * Whether it is time to measure: nobody can have gone over a limit before so much of the free space is gone as the fullest account
 * had left; and nothing can go into the reserve that does not come near it first.
 */
export function isMeasureDue(accounts: readonly DiskAccount[], look: DiskLook): boolean {
  if (accounts.length === 0) return false;
  const { freeBytes, measuredFreeBytes, sinceMeasureMs } = look;
  const headroom = Math.min(...accounts.map(({ limitBytes, usedBytes }) => limitBytes - usedBytes));
  return (
    sinceMeasureMs >= AT_LEAST_EVERY_MS || measuredFreeBytes - freeBytes >= Math.max(LEAST_STEP_BYTES, headroom) || isNearReserve(look)
  );
}

export function isNearReserve({ freeBytes, previousFreeBytes, reserveBytes }: DiskLook): boolean {
  const falling = Math.max(0, previousFreeBytes - freeBytes);
  return freeBytes - falling * TICKS_AHEAD < reserveBytes;
}

/** Who must stop: whoever is over its limit; and if nobody is, yet the reserve is touched, the one that has written most. */
export function judgeDisk(accounts: readonly DiskAccount[], look: DiskLook): DiskVerdict[] {
  const over = accounts.filter(({ usedBytes, limitBytes }) => usedBytes > limitBytes);
  if (over.length > 0) return over.map(({ allocationId }) => ({ allocationId, code: 'DISK_LIMIT_EXCEEDED' }));
  const [first, ...others] = accounts;
  if (!first || !isNearReserve(look)) return [];
  const most = others.reduce((fullest, account) => (account.usedBytes > fullest.usedBytes ? account : fullest), first);
  // Whoever has written nothing to speak of is not the reason, and stopping it would free nothing.
  return most.usedBytes < LEAST_STEP_BYTES ? [] : [{ allocationId: most.allocationId, code: 'DISK_RESERVE_REACHED' }];
}
