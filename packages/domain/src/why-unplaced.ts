import type { Feature } from '@muster/protocol/offer';
import { hasGpus, isBigEnough, type Candidate } from './placement-candidate.ts';
import type { PlacementTask } from './placement.ts';

export type WhyUnplaced =
  | { reason: 'NO_HEALTHY_NODE' | 'NO_NODE_HAS_GPU' | 'NO_NODE_BIG_ENOUGH' | 'NODES_BUSY' }
  | { reason: 'NO_NODE_OFFERS'; feature: Feature }
  /** In the words of one of the nodes. */
  | { reason: 'NODES_NOT_ACCEPTING' | 'NODES_REFUSE'; detail: string };

/** What the buyer should know: the first hurdle that no node takes. */
export function whyUnplaced({ needs, demand }: PlacementTask, candidates: readonly Candidate[]): WhyUnplaced {
  if (candidates.length === 0) return { reason: 'NO_HEALTHY_NODE' };
  if (!candidates.some(({ offer }) => hasGpus(offer.capacity.gpus, demand))) return { reason: 'NO_NODE_HAS_GPU' };
  let left = candidates;
  for (const feature of needs) {
    left = left.filter(({ offer }) => offer.features[feature]);
    if (left.length === 0) return { reason: 'NO_NODE_OFFERS', feature };
  }
  left = left.filter((candidate) => isBigEnough(candidate, demand));
  if (left.length === 0) return { reason: 'NO_NODE_BIG_ENOUGH' };
  const willing = left.filter(({ refuses }) => refuses === null);
  if (willing.length === 0) return { reason: 'NODES_REFUSE', detail: left[0]?.refuses ?? '' };
  if (!willing.some(({ offer }) => offer.accepting))
    return { reason: 'NODES_NOT_ACCEPTING', detail: willing[0]?.offer.reason ?? 'it takes nothing new now' };
  return { reason: 'NODES_BUSY' };
}
