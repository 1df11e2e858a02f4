import type { Feature, Features } from '@muster/protocol/offer';

/** Why the machine cannot give a feature, or null when it can. The owner's policy comes on top (policy/). */
export type Inability = string | null;

/**
 * What the machine can give beyond cores and bytes. Whoever finds a fact out says so here (the GPU driver, the network fence, the port
 * range); the offer in the next heartbeat and the order desk go by it.
 */
export interface FeatureBook {
  set(feature: Feature, inability: Inability): void;
  why(feature: Feature): Inability;
  features(): Features;
}

export function createFeatureBook(start: Readonly<Record<Feature, Inability>>): FeatureBook {
  const facts = { ...start };
  return {
    set(feature, inability) {
      facts[feature] = inability;
    },
    why: (feature) => facts[feature],
    features: () => ({ gpu: facts.gpu === null, egress: facts.egress === null, root: facts.root === null, ports: facts.ports === null }),
  };
}

/** Before anything was found out. */
export const UNKNOWN_FEATURES: Readonly<Record<Feature, Inability>> = {
  gpu: 'the machine has no NVIDIA GPU',
  egress: 'the network fence has not been tried yet',
  root: null,
  ports: 'its owner has set no ports aside for it (MUSTER_PORT_RANGE)',
};
