import type { BlobDescriptor, ImageRepository } from '../ports/image-registry.ts';
import type { LayerFiles } from './blob-files.ts';

/** As engines do it. */
const PARALLEL = 3;

export interface DownloadOptions {
  files: LayerFiles;
  repository: ImageRepository;
  signal: AbortSignal;
  onProgress(progress: { current: number; total: number }): void;
}

/** Brings these layers here, going on from what an earlier pull left. The first failure ends the others; what they have stays. */
export async function downloadLayers(layers: readonly BlobDescriptor[], options: DownloadOptions): Promise<void> {
  const { files, repository, onProgress } = options;
  const wanted = [...new Map(layers.map((layer) => [layer.digest, layer])).values()];
  const total = wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const received = new Map<string, number>();
  for (const layer of wanted) received.set(layer.digest, await files.receivedBytes(layer));
  const tell = () => onProgress({ current: [...received.values()].reduce((sum, bytes) => sum + bytes, 0), total });
  tell();

  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const queue = [...wanted];
  const worker = async () => {
    for (let layer = queue.shift(); layer && !signal.aborted; layer = queue.shift()) {
      const { digest } = layer;
      const onReceived = (bytes: number) => {
        received.set(digest, bytes);
        tell();
      };
      await files.receive(layer, { openBlob: (blob, offset) => repository.openBlob(blob, offset), onReceived, signal });
    }
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
