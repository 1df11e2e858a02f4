/** What one allocation may write, and has written. */
export interface DiskShare {
  allocationId: string;
  limitBytes: number;
  usedBytes: number;
}

/** The engine's disk as it was seen at one moment. */
export interface DiskSight {
  freeBytes: number;
  /** Each live allocation with what it had written by then. */
  shares: readonly DiskShare[];
  /** Ids of those that had ended before: what they left behind is not free. */
  ended: ReadonlySet<string>;
  /** Of volumes that stand in more than one share: what was counted too often. */
  sharedBytes: number;
  /** What lay there of images of ours, and of layers on their way to becoming some. */
  imagesBytes: number;
}

/** What the owner keeps of the disk; `imageBytes` null: he left it to us. */
export interface DiskClaims {
  reserveBytes: number;
  imageBytes: number | null;
}

export interface DiskPromises {
  sight: DiskSight;
  claims: DiskClaims;
  /** What images take now, with what pulls under way were given. */
  imagesBytes: number;
  allocations: readonly DiskPromise[];
}

/** Of an allocation, as it is now. */
export interface DiskPromise {
  allocationId: string;
  limitBytes: number;
  hasEnded: boolean;
}

/** Of what is neither used otherwise nor kept, for images: what is promised to containers must leave room to bring them. */
const IMAGE_SHARE = 0.4;

/**
 * What may be promised to allocations in all, the owner's reserve not yet taken off. What live ones have written was promised to them, so writing
 * changes nothing here, nor does a restart; what others put on the disk, and what ended allocations leave there, is no longer free. Who has
 * ended since the disk was seen may have written all that it was promised: it holds that until the next look. Pure.
 */
export function promisableBytes({ sight, claims: { reserveBytes, imageBytes }, imagesBytes, allocations }: DiskPromises): number {
  const written = sum(sight.shares, ({ usedBytes, limitBytes }) => Math.min(usedBytes, limitBytes));
  const room = sight.freeBytes + written - sight.sharedBytes + sight.imagesBytes;
  const forImages = imageBytes ?? Math.floor(IMAGE_SHARE * Math.max(0, room - reserveBytes));
  const endedSince = allocations.filter(({ allocationId, hasEnded }) => hasEnded && !sight.ended.has(allocationId));
  const leftBehind = sum(endedSince, ({ limitBytes }) => limitBytes);
  return Math.max(0, room - Math.max(forImages, imagesBytes, sight.imagesBytes) - leftBehind);
}

/** What live allocations may still write of what they were promised, as far as was seen: no image gets any of it. Pure. */
export function unwrittenBytes({ shares }: Pick<DiskSight, 'shares'>, allocations: readonly DiskPromise[]): number {
  const used = new Map(shares.map(({ allocationId, usedBytes }) => [allocationId, usedBytes]));
  const live = allocations.filter(({ hasEnded }) => !hasEnded);
  return sum(live, ({ allocationId, limitBytes }) => Math.max(0, limitBytes - (used.get(allocationId) ?? 0)));
}

const sum = <T>(items: readonly T[], bytes: (item: T) => number): number => items.reduce((total, item) => total + bytes(item), 0);
