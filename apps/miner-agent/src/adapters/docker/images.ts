import { Readable } from 'node:stream';
import { AppError } from '@muster/protocol/errors/app-error';
import { z } from 'zod';
import type { ContainerRuntime, ImageDetails, LoadOptions, TaggedImage } from '../../ports/container-runtime.ts';
import { derived, engineError, messageOf, statusOf, type Engine } from './engine.ts';

const progressSchema = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
  progressDetail: z.object({ current: z.number().optional() }).nullish(),
});

type Images = Pick<ContainerRuntime, 'findImage' | 'loadImage' | 'removeTag' | 'listTags' | 'listLayers'>;

export function createImages(engine: Engine): Images {
  async function findImage(reference: string): Promise<ImageDetails | null> {
    try {
      const info = await engine.getImage(reference).inspect();
      return {
        id: info.Id,
        user: info.Config?.User ?? '',
        env: info.Config?.Env ?? [],
        volumes: Object.keys(info.Config?.Volumes ?? {}),
        digests: (info.RepoDigests ?? []).map((name) => name.slice(name.indexOf('@') + 1)),
        sizeBytes: info.Size,
      };
    } catch (error) {
      // A reference that no registry could hold is one that is not here.
      if (statusOf(error) === 404 || statusOf(error) === 400) return null;
      throw engineError(error, 'IMAGE_PULL_FAILED');
    }
  }

  async function loadImage(archive: AsyncIterable<Uint8Array>, options: LoadOptions): Promise<void> {
    const { signal } = options;
    try {
      await drain(await engine.loadImage(Readable.from(archive, { objectMode: false }), { abortSignal: derived(signal) }), options);
    } catch (error) {
      signal.throwIfAborted();
      throw loadError(error);
    }
  }

  async function removeTag(tag: string): Promise<boolean> {
    try {
      await engine.getImage(tag).remove();
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return true;
      if (statusOf(error) === 409) return false;
      throw engineError(error, 'IMAGE_PULL_FAILED');
    }
  }

  async function listTags(repository: string): Promise<TaggedImage[]> {
    try {
      const images = await engine.listImages({ filters: { reference: [repository] } });
      return images.flatMap(({ Id, RepoTags, Size }) =>
        (RepoTags ?? []).filter((tag) => tag.startsWith(`${repository}:`)).map((tag) => ({ tag, imageId: Id, sizeBytes: Size })),
      );
    } catch (error) {
      throw engineError(error, 'IMAGE_PULL_FAILED');
    }
  }

  async function listLayers(): Promise<{ names: string[]; layers: string[] }[]> {
    try {
      const images = await engine.listImages();
      return await Promise.all(images.map(async ({ Id, RepoTags }) => ({ names: RepoTags ?? [], layers: await layersOf(Id) })));
    } catch (error) {
      throw engineError(error, 'IMAGE_PULL_FAILED');
    }
  }

  /** None of one that was removed while we looked. */
  async function layersOf(id: string): Promise<string[]> {
    try {
      return (await engine.getImage(id).inspect()).RootFS?.Layers ?? [];
    } catch (error) {
      if (statusOf(error) === 404) return [];
      throw error;
    }
  }

  return { findImage, loadImage, removeTag, listTags, listLayers };
}

async function drain(stream: NodeJS.ReadableStream, { signal, onLayer }: LoadOptions): Promise<void> {
  const onAbort = () => 'destroy' in stream && typeof stream.destroy === 'function' && stream.destroy(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for await (const line of jsonLines(stream)) {
      const parsed = progressSchema.safeParse(line);
      if (!parsed.success) continue;
      const { id, status, error, progressDetail } = parsed.data;
      if (error) throw new Error(error);
      if (id && status === 'Loading layer' && progressDetail?.current) onLayer(id, progressDetail.current);
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function* jsonLines(stream: NodeJS.ReadableStream): AsyncGenerator<unknown> {
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line);
  }
  if (rest.trim() !== '') yield JSON.parse(rest);
}

function loadError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const message = messageOf(error);
  if (/no space left on device/i.test(message))
    return new AppError('DISK_FULL', { publicMessage: "The disk of the node's engine is full: an image does not fit", cause: error });
  if (statusOf(error) === undefined && /ECONNREFUSED|ENOENT|socket hang up|ECONNRESET|EPIPE/.test(message))
    return engineError(error, 'IMAGE_PULL_FAILED');
  return new AppError('IMAGE_PULL_FAILED', { publicMessage: `The engine does not take the image: ${message}`, cause: error });
}
