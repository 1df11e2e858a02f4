import type { Logger } from '@muster/runtime/logger';
import type { Isolation } from '../isolation/isolation.ts';
import { failure } from '../reconcile/outcome.ts';
import { toAppError } from '../reconcile/step-failure.ts';
import type { AllocationStore } from '../state/allocation-store.ts';
import { stopAllocations } from './stop-allocations.ts';

export interface KeepFenceOptions {
  store: AllocationStore;
  isolation: Pick<Isolation, 'keepFence'>;
  logger: Logger;
}

/** One call of iptables may fail, for instance when somebody holds its lock. Nothing with a network is started meanwhile. */
const MOST_FAILURES = 3;

/**
 * Other programs change firewall rules too. A container that can no longer be fenced off must not run on. One call is one round; it
 * returns how many were stopped.
 */
export function createFenceKeeper({ store, isolation, logger }: KeepFenceOptions): () => Promise<number> {
  let failures = 0;
  return async () => {
    const hasNetwork = store.list().some(({ spec, outcome }) => spec.network !== 'none' && !outcome);
    if (!hasNetwork) return 0;
    try {
      await isolation.keepFence();
      failures = 0;
      return 0;
    } catch (err) {
      const error = toAppError(err);
      failures += 1;
      if (failures < MOST_FAILURES) {
        logger.warn({ event: 'fence.failed', code: error.code, failures, err }, 'the network fence could not be looked at; trying again');
        return 0;
      }
      logger.error(
        { event: 'fence.lost', code: error.code, err },
        'the network fence cannot be kept up; stopping the containers that need it',
      );
      // The container is not to blame, and may have done half its work: its restart policy decides.
      return stopAllocations(store, { ...failure(error), phase: 'Lost' }, ({ spec }) => spec.network !== 'none');
    }
  };
}
