import { AppError } from '@muster/protocol/errors/app-error';
import { expect, it } from 'vitest';
import { createImageRoom, type ImageSpace, type PullSize } from './image-room.ts';
import type { OwnImage } from './ledger.ts';

const MB = 1_000_000;
const signal = new AbortController().signal;
const own = (name: string, sizeBytes: number, lastUsedAt: number): OwnImage => ({
  digest: `sha256:${name.repeat(64)}`,
  manifestDigest: null,
  imageId: name,
  tag: name,
  name,
  sizeBytes,
  private: false,
  pulledAt: 0,
  lastUsedAt,
});

function stage(change: Partial<ImageSpace> = {}, images: OwnImage[] = []) {
  const space: ImageSpace = { budgetBytes: 100 * MB, reserveBytes: 10 * MB, freeBytes: 1_000 * MB, layersFreeBytes: null, ...change };
  let kept = images;
  const trims: number[] = [];
  const room = createImageRoom({
    space: async () => space,
    files: { trim: async ({ maxBytes }) => void trims.push(maxBytes) },
    images: () => kept,
    inUse: async () => new Set<string>(),
    remove: async (image) => void (kept = kept.filter((other) => other !== image)),
    now: () => 0,
  });
  const require = (size: Partial<PullSize>, pull = room.begin('img', signal)) =>
    pull.require({ imageBytes: 0, archiveBytes: 0, layerBytes: 0, ...size }).then(
      () => pull,
      (error: unknown) => (AppError.is(error) ? error.code : error),
    );
  return { room, require, trims, names: () => kept.map(({ name }) => name) };
}

it('promises the same bytes to one pull alone, until that one has ended', async () => {
  const { room, require } = stage();
  const [first, second] = [room.begin('a', signal), room.begin('b', signal)];
  const answers = await Promise.all([require({ imageBytes: 60 * MB }, first), require({ imageBytes: 60 * MB }, second)]);
  expect(answers).toEqual([first, 'DISK_FULL']);
  // What is known better takes the place of what was guessed.
  expect(await require({ imageBytes: 90 * MB }, first)).toBe(first);
  first.release();
  expect(await require({ imageBytes: 60 * MB }, second)).toBe(second);
});

it('promises the same bytes of a disk to one pull alone, with all that lies there on the way', async () => {
  const { require } = stage({ freeBytes: 100 * MB });
  const size = { imageBytes: 20 * MB, archiveBytes: 10 * MB, layerBytes: 10 * MB };
  await require(size);
  await require(size);
  expect(await require(size)).toBe('DISK_FULL');
});

it('keeps the reserve that the owner set', async () => {
  expect(await stage({ freeBytes: 100 * MB, reserveBytes: 50 * MB }).require({ imageBytes: 51 * MB })).toBe('DISK_FULL');
  expect(await stage({ freeBytes: 102 * MB, reserveBytes: 50 * MB }).require({ imageBytes: 51 * MB })).not.toBe('DISK_FULL');
});

it('looks at the disk of the layers too, where that is another', async () => {
  const full = stage({ layersFreeBytes: 15 * MB });
  expect(await full.require({ imageBytes: 20 * MB, layerBytes: 10 * MB })).toBe('DISK_FULL');
  expect(await full.require({ imageBytes: 20 * MB, layerBytes: 5 * MB })).not.toBe('DISK_FULL');
  // And what lies there takes nothing of the engine's.
  expect(await stage({ layersFreeBytes: 1_000 * MB, freeBytes: 40 * MB }).require({ imageBytes: 30 * MB, layerBytes: 500 * MB })).not.toBe(
    'DISK_FULL',
  );
});

it('leaves to leftovers what the budget has beside images, and nothing once the disk is short', async () => {
  const { require, trims, names } = stage({}, [own('a', 50 * MB, 1), own('b', 20 * MB, 2)]);
  await require({ imageBytes: 10 * MB });
  expect([trims.at(-1), names()]).toEqual([20 * MB, ['a', 'b']]);
  await require({ imageBytes: 40 * MB });
  expect([trims.at(-1), names()]).toEqual([0, ['b']]);
  const short = stage({ freeBytes: 30 * MB });
  await short.require({ imageBytes: 10 * MB, layerBytes: 30 * MB });
  expect(short.trims).toEqual([0]);
});

it('refuses for good what is larger than the budget', async () => {
  expect(await stage().require({ imageBytes: 101 * MB })).toBe('IMAGE_TOO_LARGE');
});
