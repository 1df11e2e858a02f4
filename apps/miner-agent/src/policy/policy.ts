import type { Features, Offer } from '@muster/protocol/offer';
import type { Address } from 'viem';
import type { ImageRule } from './image-rules.ts';
import type { Schedule } from './schedule.ts';

/** What the owner of the machine allows: the meaning of the policy file (docs/operations/policy.md). */
export interface Policy {
  /** Null: any image that is not blocked. */
  images: { allow: readonly ImageRule[] | null; block: readonly ImageRule[] };
  limits: {
    /** The most for one allocation. */
    each: Bounds;
    /** For all of them together. */
    all: Bounds;
    maxAllocations: number;
  };
  /** Kept for the owner; what is left out falls to the defaults of resources/capacity.ts. */
  reserve: Omit<Bounds, 'gpus'>;
  features: Features;
  /** Null: whoever is not blocked. */
  buyers: { allow: readonly Address[] | null; block: readonly Address[] };
  /** When the machine serves; null: always. */
  hours: Schedule | null;
  /** When it does not. */
  maintenance: Schedule | null;
}

/** No bound where one is left out. */
export type Bounds = Offer['perAllocation'];

/** As many as a heartbeat can name. */
export const MOST_ALLOCATIONS = 1000;

/** Without a policy file: everything but root, which gains a container nothing that it should have. */
export const DEFAULT_POLICY: Policy = {
  images: { allow: null, block: [] },
  limits: { each: {}, all: {}, maxAllocations: MOST_ALLOCATIONS },
  reserve: {},
  features: { gpu: true, egress: true, root: false, ports: true },
  buyers: { allow: null, block: [] },
  hours: null,
  maintenance: null,
};
