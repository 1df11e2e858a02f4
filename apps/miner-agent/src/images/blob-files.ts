import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobDescriptor } from '../ports/image-registry.ts';
import { createKeyedTurns } from './keyed-turns.ts';
import { ifGone, partOf, receiveBlob, sizeOf, type ReceiveOptions } from './receive-blob.ts';

/** Layers on their way to the engine: whole ones, and the beginnings of others, which a later pull goes on from. */
export interface BlobFiles {
  /** Those that came from this repository with credentials, which nobody else gets for knowing their digests; null: what anybody may have. */
  within(repository: string | null): LayerFiles;
  /** What lies here now, whole or not. */
  heldBytes(): Promise<number>;
  /** Removes what nobody has touched since, then the oldest of the rest beyond `maxBytes`; never what somebody holds. */
  trim(limits: { untouchedSince: number; maxBytes: number }): Promise<void>;
}

export interface LayerFiles {
  pathOf(digest: string): string;
  /** How much of it is here already. */
  receivedBytes(blob: BlobDescriptor): Promise<number>;
  /** Resolves when the whole blob is here and hashes to its digest. Throws what `openBlob` throws, DISK_FULL or IMAGE_PULL_FAILED. */
  receive(blob: BlobDescriptor, options: ReceiveOptions): Promise<void>;
  /** Keeps others from removing these until it is released. */
  hold(digests: readonly string[]): BlobHold;
}

export interface BlobHold {
  /** With `remove`, what nobody else holds is removed. */
  release(options: { remove: boolean }): Promise<void>;
}

export async function openBlobFiles(directory: string): Promise<BlobFiles> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const inTurn = createKeyedTurns();
  /** How many pulls are at it, by file. */
  const holders = new Map<string, number>();

  async function receive(file: string, blob: BlobDescriptor, options: ReceiveOptions): Promise<void> {
    if ((await sizeOf(file)) === null) await receiveBlob(file, blob, options);
    options.onReceived(blob.sizeBytes);
  }

  async function letGo(file: string, isOfNoUse: boolean): Promise<void> {
    const others = (holders.get(file) ?? 0) - 1;
    if (others > 0) return void holders.set(file, others);
    holders.delete(file);
    if (!isOfNoUse) return;
    await inTurn(file, new AbortController().signal, async () => {
      // Somebody may have come while we waited.
      if (!holders.has(file)) await Promise.all([rm(file, { force: true }), rm(partOf(file), { force: true })]);
    });
  }

  async function list(): Promise<{ file: string; mtimeMs: number; size: number }[]> {
    const names = (await readdir(directory)).map((name) => join(directory, name));
    // A pull that ends meanwhile takes its own away.
    const found = await Promise.all(names.map((file) => stat(file).then(({ mtimeMs, size }) => ({ file, mtimeMs, size }), ifGone)));
    return found.filter((entry) => entry !== null);
  }

  return {
    within(repository) {
      const prefix = repository === null ? '' : `${createHash('sha256').update(repository).digest('hex').slice(0, 32)}-`;
      const pathOf = (digest: string) => join(directory, `${prefix}${digest.replace(':', '-')}`);
      return {
        pathOf,
        async receivedBytes({ digest, sizeBytes }) {
          if ((await sizeOf(pathOf(digest))) !== null) return sizeBytes;
          return Math.min(sizeBytes, (await sizeOf(partOf(pathOf(digest)))) ?? 0);
        },
        // Two pulls may share a layer: only one of them writes, and the other finds it whole or goes on.
        receive: (blob, options) => inTurn(pathOf(blob.digest), options.signal, () => receive(pathOf(blob.digest), blob, options)),
        hold(digests) {
          const files = digests.map(pathOf);
          for (const file of files) holders.set(file, (holders.get(file) ?? 0) + 1);
          return { release: async ({ remove }) => void (await Promise.all(files.map((file) => letGo(file, remove)))) };
        },
      };
    },
    heldBytes: async () => (await list()).reduce((sum, { size }) => sum + size, 0),
    async trim({ untouchedSince, maxBytes }) {
      const files = await list();
      let kept = 0;
      for (const { file, mtimeMs, size } of files.toSorted((a, b) => b.mtimeMs - a.mtimeMs)) {
        if ([...holders.keys()].some((held) => file === held || file === partOf(held))) continue;
        kept += size;
        if (mtimeMs < untouchedSince || kept > maxBytes) await rm(file, { force: true });
      }
    },
  };
}
