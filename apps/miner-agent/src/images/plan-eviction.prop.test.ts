import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OwnImage } from './ledger.ts';
import { planEviction } from './plan-eviction.ts';

const GIB = 2 ** 30;
const image = (index: number) =>
  fc.record({
    digest: fc.constant(`sha256:${index.toString(16).padStart(64, '0')}`),
    manifestDigest: fc.constant(null),
    // Two tags may name one content.
    imageId: fc.nat(5).map((id) => `sha256:${id}`),
    tag: fc.constant(`tag-${index}`),
    name: fc.constant('img'),
    sizeBytes: fc.nat(10 * GIB),
    private: fc.boolean(),
    pulledAt: fc.nat(100),
    lastUsedAt: fc.nat(100),
  });
const inputs = fc.nat(8).chain((count) =>
  fc.record({
    images: fc.tuple(...Array.from({ length: count }, (_, index) => image(index))).map((all): OwnImage[] => all),
    inUse: fc.uniqueArray(fc.nat(5)).map((ids) => new Set(ids.map((id) => `sha256:${id}`))),
    budgetBytes: fc.nat(40 * GIB),
    freeBytes: fc.nat(40 * GIB),
    reserveBytes: fc.nat(2 * GIB),
    neededBytes: fc.nat(20 * GIB),
  }),
);
const sum = (images: readonly OwnImage[]) => images.reduce((total, { sizeBytes }) => total + sizeBytes, 0);

describe('planEviction', () => {
  it('never takes an image in use, nor one that is not ours', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        for (const evicted of planEviction(input).evict) {
          expect(input.inUse.has(evicted.imageId)).toBe(false);
          expect(input.images).toContain(evicted);
        }
      }),
    );
  });

  it('makes room within the budget and on the disk, or takes all that is idle and says what is missing', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { evict, missingBytes } = planEviction(input);
        const left = input.images.filter((candidate) => !evict.includes(candidate));
        const short = Math.max(
          sum(left) + input.neededBytes - input.budgetBytes,
          input.neededBytes + input.reserveBytes - input.freeBytes - sum(evict),
        );
        expect(missingBytes).toBe(Math.max(0, short));
        if (missingBytes > 0) expect(left.every(({ imageId }) => input.inUse.has(imageId))).toBe(true);
      }),
    );
  });

  it('takes the least recently used first, and not one more than needed', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { evict, missingBytes } = planEviction(input);
        const newestGone = Math.max(0, ...evict.map(({ lastUsedAt }) => lastUsedAt));
        const idleLeft = input.images.filter((candidate) => !evict.includes(candidate) && !input.inUse.has(candidate.imageId));
        for (const kept of idleLeft) expect(kept.lastUsedAt).toBeGreaterThanOrEqual(newestGone);
        const last = evict.at(-1);
        if (!last || missingBytes > 0) return;
        const without = input.images.filter((candidate) => !evict.includes(candidate) || candidate === last);
        const enough =
          sum(without) + input.neededBytes <= input.budgetBytes &&
          input.neededBytes + input.reserveBytes <= input.freeBytes + sum(evict) - last.sizeBytes;
        expect(enough).toBe(false);
      }),
    );
  });
});
