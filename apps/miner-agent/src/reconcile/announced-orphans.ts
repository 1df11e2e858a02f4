import type { Logger } from '@muster/runtime/logger';
import type { Address } from 'viem';
import { createOrphanWatch, type OrphanWatch } from './orphans.ts';

export interface AnnouncedOrphansOptions {
  node: Address;
  monotonic: () => number;
  now: () => number;
  graceMs: number;
  logger: Logger;
}

/** The watch over orphans, saying of each that it was found and what became of it. */
export const createAnnouncedOrphans = ({ logger, graceMs, ...options }: AnnouncedOrphansOptions): OrphanWatch =>
  createOrphanWatch({
    ...options,
    graceMs,
    onFound: ({ allocationId, things }) =>
      logger.warn(
        { event: 'orphan.found', allocationId, things, graceMs },
        'a container of ours that no order knows; it is kept for the grace period, then removed',
      ),
    onSettled: (allocationId, how) =>
      logger.info(
        { event: how === 'removed' ? 'orphan.removed' : 'orphan.claimed', allocationId },
        how === 'removed' ? 'the orphan is gone' : 'an order knows the orphan now; it stays',
      ),
  });
