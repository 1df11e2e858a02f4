import type { Features, Offer } from '@muster/protocol/offer';
import { closedNow } from '../policy/judge.ts';
import type { Policy } from '../policy/policy.ts';
import { capacityOf, type Machine } from './capacity.ts';

export interface OfferInput {
  machine: Machine;
  policy: Policy;
  /** What the machine can do. */
  features: Features;
  /** Why, if it was asked for by the master or by the owner. */
  draining: string | null;
  /** Now, where the engine keeps its data. */
  freeDiskBytes: number;
  now: number;
}

/** Below this the engine itself gets into trouble. */
const LEAST_FREE_DISK_BYTES = 1024 ** 3;

/** What the master is told that the node would take. Pure. */
export function offerOf({ machine, policy, features, draining, freeDiskBytes, now }: OfferInput): Offer {
  const reason = whyClosed({ policy, draining, freeDiskBytes, now });
  return {
    capacity: capacityOf(machine, policy),
    perAllocation: policy.limits.each,
    features: {
      gpu: features.gpu && policy.features.gpu,
      egress: features.egress && policy.features.egress,
      root: features.root && policy.features.root,
      ports: features.ports && policy.features.ports,
    },
    maxAllocations: policy.limits.maxAllocations,
    accepting: reason === null,
    ...(reason === null ? {} : { reason: reason.slice(0, 500) }),
  };
}

function whyClosed({
  policy,
  draining,
  freeDiskBytes,
  now,
}: Pick<OfferInput, 'policy' | 'draining' | 'freeDiskBytes' | 'now'>): string | null {
  if (draining !== null) return `it is draining: ${draining}`;
  return freeDiskBytes < LEAST_FREE_DISK_BYTES ? 'its disk is nearly full' : closedNow(policy, now);
}
