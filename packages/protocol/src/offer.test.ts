import { describe, expect, it } from 'vitest';

import { featuresNeededBy, offerSchema, type Offer } from './offer.ts';

const offer: Offer = {
  capacity: { cpu: 3.5, memoryBytes: 8e9, diskBytes: 1e11, gpus: [{ uuid: 'GPU-1', model: 'NVIDIA H100 80GB HBM3', memoryBytes: 8e10 }] },
  perAllocation: { cpu: 2 },
  features: { gpu: true, egress: false, root: false, ports: false },
  maxAllocations: 8,
  accepting: false,
  reason: 'outside the hours of service',
};

describe('offers', () => {
  it('say everything that placement goes by, and nothing else', () => {
    expect(offerSchema.parse(offer)).toEqual(offer);
    expect(offerSchema.safeParse({ ...offer, price: 1 }).success).toBe(false);
    expect(offerSchema.safeParse({ ...offer, features: { ...offer.features, tpu: true } }).success).toBe(false);
    expect(offerSchema.safeParse({ ...offer, capacity: { ...offer.capacity, cpu: -1 } }).success).toBe(false);
  });

  it('are held against what a task cannot do without', () => {
    expect(featuresNeededBy({ resources: {}, network: 'none' })).toEqual([]);
    expect(featuresNeededBy({ resources: { gpu: { count: 1 } }, network: 'egress' })).toEqual(['gpu', 'egress']);
  });
});
