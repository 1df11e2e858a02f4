import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { matchesPrefix } from '@muster/protocol/images/image-prefix';
import type { Logger } from '@muster/runtime/logger';
import type { Address } from 'viem';
import { createImageRegistry } from '../adapters/registry/image-registry.ts';
import type { Config } from '../config.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import type { Host } from '../ports/host.ts';
import type { AgentStores } from '../state/open-stores.ts';
import { openJsonStore } from '../state/json-store.ts';
import { openBlobFiles } from './blob-files.ts';
import { createImages, type Images, type ImagesOptions } from './create-images.ts';
import { EMPTY_LEDGER, imageLedgerSchema } from './ledger.ts';

/** Of the disk, when the miner does not say: the rest is for containers, volumes and his own. */
const DEFAULT_SHARE = 0.4;

export interface OpenImagesOptions {
  config: Pick<Config, 'imageBytes' | 'localImages' | 'dataDir'> & { isolation: Pick<Config['isolation'], 'diskReserveBytes'> };
  node: Address;
  runtime: ContainerRuntime;
  host: Pick<Host, 'diskSpace'>;
  judge: ImagesOptions['judge'];
  /** Promised to allocations and not written yet: no image gets any of it. */
  promisedBytes: () => number;
  stores: Pick<AgentStores, 'imagesDirectory' | 'claimedImages'>;
  allowPrivate: boolean;
  now: () => number;
  logger: Logger;
}

export const imagesDirectoryIn = (dataDir: string): string => join(dataDir, 'images');
export const imagesFileIn = (dataDir: string): string => join(imagesDirectoryIn(dataDir), 'images.json');

/** The agent's images over its registries, its engine and its disk. */
export async function openImages(options: OpenImagesOptions): Promise<Images> {
  const { config, node, runtime, host, stores, allowPrivate, now, judge, promisedBytes, logger } = options;
  const { imagesDirectory, claimedImages } = stores;
  const { localImages } = config;
  const files = await openBlobFiles(join(imagesDirectory, 'blobs'));
  const isSameDisk = async (engineDir: string) => (await deviceOf(engineDir)) === (await deviceOf(imagesDirectory));
  return createImages({
    node,
    runtime,
    logger,
    now,
    judge,
    registry: createImageRegistry({ allowPrivate }),
    files,
    ledger: await openJsonStore(join(imagesDirectory, 'images.json'), imageLedgerSchema, EMPTY_LEDGER),
    platform: async () => (await runtime.info()).platform,
    async space() {
      const engineDir = await diskOf(runtime, config.dataDir, host);
      const { totalBytes, freeBytes } = await host.diskSpace(engineDir);
      return {
        budgetBytes: config.imageBytes ?? Math.floor(totalBytes * DEFAULT_SHARE),
        reserveBytes: config.isolation.diskReserveBytes,
        freeBytes: Math.max(0, freeBytes - promisedBytes()),
        layersFreeBytes: (await isSameDisk(engineDir)) ? null : (await host.diskSpace(imagesDirectory)).freeBytes,
      };
    },
    layersBytes: async () => ((await isSameDisk(await diskOf(runtime, config.dataDir, host))) ? files.heldBytes() : 0),
    claimed: claimedImages,
    isOffered: (reference) => localImages === 'all' || localImages.some((prefix) => matchesPrefix(reference, prefix)),
  });
}

const deviceOf = (path: string): Promise<number | null> =>
  stat(path).then(
    ({ dev }) => dev,
    () => null,
  );

/** Where the engine keeps its images, if that is on this machine. */
async function diskOf(runtime: ContainerRuntime, dataDir: string, host: Pick<Host, 'diskSpace'>): Promise<string> {
  const { rootDir } = await runtime.info();
  return host.diskSpace(rootDir).then(
    () => rootDir,
    () => dataDir,
  );
}
