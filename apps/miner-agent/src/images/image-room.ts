import { AppError } from '@muster/protocol/errors/app-error';
import { formatBytes } from '@muster/protocol/units/bytes';
import type { BlobFiles } from './blob-files.ts';
import { createKeyedTurns } from './keyed-turns.ts';
import type { OwnImage } from './ledger.ts';
import { planEviction } from './plan-eviction.ts';

/** What a pull takes, as far as it is known. */
export interface PullSize {
  /** On the engine. */
  imageBytes: number;
  /** The engine's copy of the archive, while it unpacks it. */
  archiveBytes: number;
  /** In files of ours, of what is still to come. */
  layerBytes: number;
}

export interface ImageSpace {
  /** For all images of ours, with the layers that pulls left behind. */
  budgetBytes: number;
  /** Of either disk, for whatever else. */
  reserveBytes: number;
  /** Of the engine's disk, and promised to no allocation. */
  freeBytes: number;
  /** Of the disk with our own files; null when it is the engine's. */
  layersFreeBytes: number | null;
}

/** The books of the disk: what one pull was promised no other gets. */
export interface ImageRoom {
  /** The room of one pull, which it keeps until it is released. */
  begin(name: string, signal: AbortSignal): PullRoom;
  /** What pulls under way were given of the engine's disk, whether they have taken it yet or not. */
  givenBytes(): number;
  /** Removes what is over the budget: leftovers of pulls first, then images that nothing uses. */
  tidy(): Promise<void>;
}

export interface PullRoom {
  /** Makes room, or more or less of it than before. Throws IMAGE_TOO_LARGE or DISK_FULL. */
  require(size: PullSize): Promise<void>;
  release(): void;
}

export interface ImageRoomOptions {
  space: () => Promise<ImageSpace>;
  files: Pick<BlobFiles, 'trim'>;
  images: () => readonly OwnImage[];
  inUse: () => Promise<ReadonlySet<string>>;
  remove: (image: OwnImage) => Promise<void>;
  now: () => number;
}

const NOTHING: PullSize = { imageBytes: 0, archiveBytes: 0, layerBytes: 0 };
const KEEP_PARTS_MS = 24 * 60 * 60_000;
/** Of the budget, for layers that some pull left behind. */
const PARTS_SHARE = 0.25;

export function createImageRoom({ space, files, images, inUse, remove, now }: ImageRoomOptions): ImageRoom {
  const inTurn = createKeyedTurns();
  /** What of it is on the disk already counts twice: rather once too careful than a full disk. */
  const promised = new Map<PullRoom, PullSize>();

  /** Removes what it takes for so much to fit. Returns what is still missing. */
  async function makeRoom(size: PullSize): Promise<number> {
    const before = await space();
    const budgetLeft = before.budgetBytes - images().reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) - size.imageBytes;
    const maxBytes = lackOf(size, before) > 0 ? 0 : Math.max(0, budgetLeft);
    await files.trim({ untouchedSince: Number.NEGATIVE_INFINITY, maxBytes });
    const after = await space();
    if (after.layersFreeBytes !== null && size.layerBytes > 0) {
      const missing = size.layerBytes + after.reserveBytes - after.layersFreeBytes;
      if (missing > 0) return missing;
    }
    const { evict, missingBytes } = planEviction({
      images: images(),
      inUse: await inUse(),
      budgetBytes: after.budgetBytes,
      freeBytes: after.freeBytes - besideOf(size, after),
      reserveBytes: size.imageBytes > 0 ? after.reserveBytes : 0,
      neededBytes: size.imageBytes,
    });
    for (const image of evict) await remove(image);
    return missingBytes;
  }

  return {
    begin(name, signal) {
      const room: PullRoom = {
        require: (size) =>
          inTurn('room', signal, async () => {
            const { budgetBytes } = await space();
            if (size.imageBytes > budgetBytes)
              throw new AppError('IMAGE_TOO_LARGE', {
                publicMessage: `${name} takes ${about(size.imageBytes)} or more; this node gives ${about(budgetBytes)} to images`,
              });
            promised.delete(room);
            const missing = await makeRoom([...promised.values(), size].reduce(add, NOTHING));
            if (missing > 0)
              throw new AppError('DISK_FULL', {
                publicMessage: `${name} does not fit beside the images in use and on their way: ${about(missing)} are missing`,
              });
            promised.set(room, size);
          }),
        release: () => void promised.delete(room),
      };
      return room;
    },
    givenBytes: () =>
      [...promised.values()].reduce((sum, { imageBytes, archiveBytes, layerBytes }) => sum + imageBytes + archiveBytes + layerBytes, 0),
    tidy: () =>
      inTurn('room', new AbortController().signal, async () => {
        await makeRoom([...promised.values()].reduce(add, NOTHING));
        await files.trim({ untouchedSince: now() - KEEP_PARTS_MS, maxBytes: (await space()).budgetBytes * PARTS_SHARE });
      }),
  };
}

const add = (a: PullSize, b: PullSize): PullSize => ({
  imageBytes: a.imageBytes + b.imageBytes,
  archiveBytes: a.archiveBytes + b.archiveBytes,
  layerBytes: a.layerBytes + b.layerBytes,
});

/** What lies on the engine's disk beside the images. */
const besideOf = ({ archiveBytes, layerBytes }: PullSize, { layersFreeBytes }: ImageSpace): number =>
  archiveBytes + (layersFreeBytes === null ? layerBytes : 0);

/** On the fuller disk. */
function lackOf(size: PullSize, space: ImageSpace): number {
  const { freeBytes, layersFreeBytes, reserveBytes } = space;
  const engine = size.imageBytes + besideOf(size, space) + reserveBytes - freeBytes;
  return layersFreeBytes === null ? engine : Math.max(engine, size.layerBytes + reserveBytes - layersFreeBytes);
}

const about = (bytes: number): string => formatBytes(Math.ceil(bytes / 1e6) * 1e6);
