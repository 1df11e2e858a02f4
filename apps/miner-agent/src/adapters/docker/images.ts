import { AppError } from '@muster/protocol/errors/app-error';
import { z } from 'zod';
import type { ContainerRuntime, ImageDetails, PullOptions } from '../../ports/container-runtime.ts';
import { derived, engineError, messageOf, statusOf, type Engine } from './engine.ts';

const progressSchema = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
  progressDetail: z.object({ current: z.number().optional(), total: z.number().optional() }).optional(),
});

/** What registries and engines say when there is no such image, or none for us: waiting does not help. */
const ABSENT =
  /not found|manifest unknown|does not exist|pull access denied|repository name must|invalid reference|no matching manifest|denied: /i;

export function createImages(engine: Engine): Pick<ContainerRuntime, 'findImage' | 'pullImage'> {
  async function findImage(reference: string): Promise<ImageDetails | null> {
    try {
      const info = await engine.getImage(reference).inspect();
      return { id: info.Id, user: info.Config?.User ?? '', env: info.Config?.Env ?? [] };
    } catch (error) {
      if (statusOf(error) === 404) return null;
      // A reference that no registry could hold is one that does not exist.
      if (statusOf(error) === 400)
        throw new AppError('IMAGE_NOT_FOUND', { publicMessage: `${reference} is not an image reference`, cause: error });
      throw engineError(error, 'IMAGE_PULL_FAILED');
    }
  }

  async function pullImage(reference: string, options: PullOptions): Promise<ImageDetails> {
    try {
      const stream = await engine.pull(withTag(reference), { abortSignal: derived(options.signal) });
      await drainPull(stream, options);
    } catch (error) {
      options.signal.throwIfAborted();
      throw pullError(reference, error);
    }
    const image = await findImage(reference);
    if (!image) throw new AppError('IMAGE_PULL_FAILED', { publicMessage: `${reference} was pulled, yet the engine does not have it` });
    return image;
  }

  return { findImage, pullImage };
}

/** Without tag and digest the engine would pull every tag there is. */
export function withTag(reference: string): string {
  if (reference.includes('@')) return reference;
  const lastPart = reference.slice(reference.lastIndexOf('/') + 1);
  return lastPart.includes(':') ? reference : `${reference}:latest`;
}

async function drainPull(stream: NodeJS.ReadableStream, { signal, onProgress }: PullOptions): Promise<void> {
  const layers = new Map<string, { current: number; total: number }>();
  const onAbort = () => 'destroy' in stream && typeof stream.destroy === 'function' && stream.destroy(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for await (const line of jsonLines(stream)) {
      const parsed = progressSchema.safeParse(line);
      if (!parsed.success) continue;
      if (parsed.data.error) throw new Error(parsed.data.error);
      const { id, status, progressDetail } = parsed.data;
      if (!id || status !== 'Downloading' || !progressDetail?.total) continue;
      layers.set(id, { current: progressDetail.current ?? 0, total: progressDetail.total });
      const all = [...layers.values()];
      onProgress({ current: all.reduce((sum, l) => sum + l.current, 0), total: all.reduce((sum, l) => sum + l.total, 0) });
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

function pullError(reference: string, error: unknown): AppError {
  const message = messageOf(error);
  // Without a status it came inside the pull's stream, or the engine is gone.
  const isRefusal = statusOf(error) !== undefined || ABSENT.test(message);
  if (statusOf(error) === 404 || (isRefusal && ABSENT.test(message))) {
    return new AppError('IMAGE_NOT_FOUND', {
      publicMessage: `There is no image ${reference} that this node may pull: ${message}`,
      cause: error,
    });
  }
  if (!isRefusal && /ECONNREFUSED|ENOENT|socket hang up|ECONNRESET/.test(message)) return engineError(error, 'IMAGE_PULL_FAILED');
  return new AppError('IMAGE_PULL_FAILED', { publicMessage: `${reference} could not be pulled: ${message}`, cause: error });
}
