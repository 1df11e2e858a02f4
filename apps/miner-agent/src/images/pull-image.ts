import { AppError } from '@muster/protocol/errors/app-error';
import type { ContainerRuntime, ImageDetails, PullProgress } from '../ports/container-runtime.ts';
import type { BlobDescriptor, ImageRepository, ResolvedImage } from '../ports/image-registry.ts';
import type { LayerFiles } from './blob-files.ts';
import { dockerArchive } from './docker-archive.ts';
import { downloadLayers } from './download.ts';
import type { PullRoom } from './image-room.ts';
import { inspectLayer } from './inspect-layer.ts';

export interface PullTools {
  runtime: Pick<ContainerRuntime, 'findImage' | 'loadImage' | 'listLayers'>;
  files: LayerFiles;
  repository: ImageRepository;
  /** Whether who asks for the image may have what is in one with these names. */
  mayHave(names: readonly string[]): boolean;
  /** Throws IMAGE_TOO_LARGE or DISK_FULL. */
  makeRoom: PullRoom['require'];
  /** The most that an image may have unpacked. */
  limitBytes: number;
  signal: AbortSignal;
  onProgress(progress: PullProgress): void;
}

/**
 * Brings an image from its registry to the engine: layers to files of ours, where they outlast a restart, then the whole to the engine in
 * one archive. The engine's own pull forgets every layer when its caller goes away (ADR 68).
 */
export async function pullImage(image: ResolvedImage, tag: string, tools: PullTools): Promise<ImageDetails> {
  // Another pull may be at the same layers: what we do not need any more, it may.
  const hold = tools.files.hold(image.layers.map(({ digest }) => digest));
  let remove = false;
  try {
    const details = await bringOnce(image, tag, tools);
    remove = true;
    return details;
  } catch (error) {
    // Whole layers of which no image can be made, or none that will ever fit, are not kept for the next attempt.
    remove = error instanceof UnusableLayers || AppError.is(error, 'IMAGE_TOO_LARGE');
    throw error instanceof UnusableLayers ? error.cause : error;
  } finally {
    await hold.release({ remove });
  }
}

async function bringOnce(image: ResolvedImage, tag: string, tools: PullTools): Promise<ImageDetails> {
  const present = await presentLayers(image, tools);
  try {
    return await bring(image, tag, { ...tools, present });
  } catch (error) {
    if (!(error instanceof UnusableLayers) || present === 0 || tools.signal.aborted) throw error;
  }
  // Not every engine takes an archive without the layers that it has.
  return bring(image, tag, { ...tools, present: 0 });
}

/** They are all here, and no image can be made of them. */
class UnusableLayers extends Error {
  constructor(cause: unknown) {
    super('the layers are here and of no use', { cause });
  }
}

async function bring(image: ResolvedImage, tag: string, tools: PullTools & { present: number }): Promise<ImageDetails> {
  const { runtime, files, repository, makeRoom, signal, onProgress, present } = tools;
  const missing = image.layers.slice(present);
  const compressed = missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  // Nothing is as large unpacked as packed or smaller, so this much is certain before the first byte is fetched.
  let received = 0;
  for (const layer of missing) received += await files.receivedBytes(layer);
  await makeRoom({ imageBytes: compressed, archiveBytes: compressed, layerBytes: Math.max(0, compressed - received) });
  await downloadLayers(missing, { files, repository, signal, onProgress: (progress) => onProgress({ stage: 'download', ...progress }) });

  const unpacked = await unpackedSizeOf(missing, image.diffIds.slice(present), tools);
  await makeRoom({ imageBytes: unpacked, archiveBytes: compressed, layerBytes: 0 });
  const done = new Map<string, number>();
  onProgress({ stage: 'extract', current: 0, total: compressed });
  const layerFile = (index: number) => (index < present ? null : files.pathOf(image.layers[index]?.digest ?? ''));
  const onLayer = (layer: string, bytes: number) => {
    done.set(layer, bytes);
    const current = [...done.values()].reduce((sum, count) => sum + count, 0);
    onProgress({ stage: 'extract', current: Math.min(current, compressed), total: compressed });
  };
  try {
    await runtime.loadImage(dockerArchive({ image, tag, layerFile }), { signal, onLayer });
  } catch (error) {
    signal.throwIfAborted();
    throw AppError.is(error, 'IMAGE_PULL_FAILED') ? new UnusableLayers(error) : error;
  }
  const details = await runtime.findImage(tag);
  if (!details) throw new Error(`${tag} was loaded, yet the engine does not have it`);
  // The engine adds up what is in files; a million empty ones are nothing to it.
  return { ...details, sizeBytes: Math.max(details.sizeBytes, unpacked) };
}

async function unpackedSizeOf(layers: readonly BlobDescriptor[], diffIds: readonly string[], tools: PullTools): Promise<number> {
  const { files, limitBytes, signal, onProgress } = tools;
  const total = layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let unpacked = 0;
  let checked = 0;
  try {
    for (const [index, { digest, sizeBytes }] of layers.entries()) {
      const onRead = (bytes: number) => onProgress({ stage: 'check', current: checked + bytes, total });
      unpacked += await inspectLayer(files.pathOf(digest), {
        diffId: diffIds[index] ?? '',
        limitBytes: limitBytes - unpacked,
        signal,
        onRead,
      });
      checked += sizeBytes;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw AppError.is(error) ? new UnusableLayers(error) : error;
  }
  return unpacked;
}

/** How many of the image's lowest layers the engine has under some other image: the configuration that names them is a buyer's word. */
async function presentLayers({ diffIds }: ResolvedImage, { runtime, mayHave }: PullTools): Promise<number> {
  const known = (await runtime.listLayers()).filter(({ names }) => mayHave(names));
  const shared = known.map(({ layers }) => {
    const differing = diffIds.findIndex((id, index) => layers[index] !== id);
    return differing < 0 ? diffIds.length : differing;
  });
  return Math.max(0, ...shared);
}
