import type { Logger } from '@muster/runtime/logger';
import type { AllocationStore } from '../state/allocation-store.ts';
import type { Fence } from './fence.ts';
import { stopAllocations } from './stop-allocations.ts';

export interface LeaseKeeper {
  /** "A node stops a container it may no longer run before the master may place it elsewhere." */
  enforce(): Promise<void>;
  /** What ran through a silence that was too long goes, though the master answers again: it may run elsewhere by now. */
  contact(lostAfterMs: number, askedAt: number): Promise<void>;
}

export interface LeaseKeeperOptions {
  fence: Pick<Fence, 'cut' | 'contact'>;
  store: AllocationStore;
  logger: Logger;
  /** Something is to be stopped. */
  onCut: () => void;
}

export function createLeaseKeeper({ fence, store, logger, onCut }: LeaseKeeperOptions): LeaseKeeper {
  async function enforce(): Promise<void> {
    const reason = fence.cut();
    const cut = reason === null ? 0 : await stopAllocations(store, { phase: 'Lost', reason });
    if (cut === 0) return;
    logger.warn({ event: 'fenced', stopped: cut, reason }, 'cut off from the master for too long; stopping its containers');
    onCut();
  }
  return {
    enforce,
    async contact(lostAfterMs, askedAt) {
      await enforce();
      fence.contact(lostAfterMs, askedAt);
    },
  };
}
