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

/** What the master is told that the node would take. Pure. */
export function offerOf({ machine, policy, features, draining, freeDiskBytes, now }: OfferInput): Offer {
  const reason = whyClosed({ machine, policy, draining, freeDiskBytes, now });
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

function whyClosed({ machine, policy, draining, freeDiskBytes, now }: Omit<OfferInput, 'features'>): string | null {
  if (draining !== null) return `it is draining: ${draining}`;
  return freeDiskBytes < machine.diskReserveBytes ? 'its disk is down to what its owner keeps' : closedNow(policy, now);
}
