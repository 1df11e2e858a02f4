import type { BlobDescriptor, ImageRepository } from '../ports/image-registry.ts';
import type { BlobFiles } from './blob-files.ts';

/** As engines do it. */
const PARALLEL = 3;

export interface DownloadOptions {
  files: BlobFiles;
  repository: ImageRepository;
  signal: AbortSignal;
  onProgress(progress: { current: number; total: number }): void;
}

/** Brings these layers here, going on from what an earlier pull left. The first failure ends the others; what they have stays. */
export async function downloadLayers(layers: readonly BlobDescriptor[], options: DownloadOptions): Promise<void> {
  const { files, repository, onProgress } = options;
  const wanted = [...new Map(layers.map((layer) => [layer.digest, layer])).values()];
  const total = wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let current = 0;
  for (const layer of wanted) current += await files.receivedBytes(layer);
  onProgress({ current, total });

  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const onBytes = (count: number) => onProgress({ current: (current = Math.max(0, current + count)), total });
  const queue = [...wanted];
  const worker = async () => {
    for (let layer = queue.shift(); layer && !signal.aborted; layer = queue.shift())
      await files.receive(layer, { openBlob: (blob, offset) => repository.openBlob(blob, offset), onBytes, signal });
  };
  const workers = Array.from({ length: PARALLEL }, () =>
    worker().catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  await Promise.allSettled(workers);
  await Promise.all(workers).catch((error: unknown) => {
    options.signal.throwIfAborted();
    throw failed.signal.aborted ? failed.signal.reason : error;
  });
}
