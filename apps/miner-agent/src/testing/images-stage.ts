import { join } from 'node:path';
import { unwrap } from '@muster/protocol/errors/result';
import { parseImagePrefix } from '@muster/protocol/images/image-prefix';
import { createLoggerTo } from '@muster/runtime/logger';
import { createTempDir } from '@muster/runtime/temp-dir';
import type { ImageRequest, Images } from '../images/create-images.ts';
import { openImages } from '../images/open-images.ts';
import { parseImageRule } from '../policy/image-rules.ts';
import { judgeImage } from '../policy/judge.ts';
import { randomNode, removeImagesOf, testRuntime } from './test-docker.ts';

export interface ImagesLife extends Images {
  /** `ensure` with what a test does not care about filled in. */
  get(request: Partial<ImageRequest> & { reference: string }): ReturnType<Images['ensure']>;
}

const rule = (text: string) => unwrap(parseImageRule(text));

/** The agent's images over a real engine, whose lives a test may begin and end. */
export async function openImagesStage() {
  const directory = await createTempDir('muster-images');
  const node = randomNode();
  const runtime = testRuntime();
  const log: string[] = [];
  let claims: string[] = [];

  async function start(config: { imageBytes?: number; offers?: string[]; allow?: string[]; block?: string[] } = {}): Promise<ImagesLife> {
    const images = await openImages({
      config: {
        isolation: { diskReserveBytes: 1e9 },
        imageBytes: config.imageBytes ?? null,
        localImages: config.offers?.map((text) => unwrap(parseImagePrefix(text))) ?? 'all',
        dataDir: directory.path,
      },
      node,
      runtime,
      host: { diskSpace: async () => ({ totalBytes: 100e9, freeBytes: 50e9, freeFiles: Infinity, totalFiles: Infinity }) },
      stores: {
        imagesDirectory: join(directory.path, 'images'),
        claimedImages: () => claims,
      },
      judge: (named) => judgeImage({ images: { allow: config.allow?.map(rule) ?? null, block: (config.block ?? []).map(rule) } }, named),
      allowPrivate: true,
      promisedBytes: () => 0,
      now: Date.now,
      logger: createLoggerTo({ write: (line) => void log.push(line) }, { name: 'images' }),
    });
    const get: ImagesLife['get'] = (request) =>
      images.ensure({ pinned: null, credentials: null, signal: new AbortController().signal, onProgress: () => undefined, ...request });
    return { ...images, get };
  }

  return {
    node,
    runtime,
    directory: directory.path,
    log,
    start,
    claim: (...ids: string[]) => (claims = ids),
    async stop() {
      await removeImagesOf(node);
      await directory.remove();
    },
  };
}

export type ImagesStage = Awaited<ReturnType<typeof openImagesStage>>;
