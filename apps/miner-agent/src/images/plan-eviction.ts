import type { OwnImage } from './ledger.ts';

export interface EvictionInput {
  /** What this agent pulled: nothing else is ever chosen. */
  images: readonly OwnImage[];
  /** Ids of images that a container has, or an allocation waits to use. */
  inUse: ReadonlySet<string>;
  /** For all images of ours together. */
  budgetBytes: number;
  /** Of the disk; and what of it must stay free. */
  freeBytes: number;
  reserveBytes: number;
  /** What is to come. */
  neededBytes: number;
}

export interface EvictionPlan {
  evict: OwnImage[];
  /** What would still be missing after it: 0 when there is room. */
  missingBytes: number;
}

/** Which images go, the least recently used first, and no more of them than it takes. Pure. */
export function planEviction({ images, inUse, budgetBytes, freeBytes, reserveBytes, neededBytes }: EvictionInput): EvictionPlan {
  const total = images.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let missing = Math.max(0, total + neededBytes - budgetBytes, neededBytes + reserveBytes - freeBytes);
  const evict: OwnImage[] = [];
  const idle = images.filter(({ imageId }) => !inUse.has(imageId));
  for (const image of idle.toSorted((a, b) => a.lastUsedAt - b.lastUsedAt || (a.digest < b.digest ? -1 : 1))) {
    if (missing <= 0) break;
    evict.push(image);
    missing -= image.sizeBytes;
  }
  return { evict, missingBytes: Math.max(0, missing) };
}
