import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@muster/protocol/errors/app-error';
import type { BlobDescriptor, ImageRepository } from '../ports/image-registry.ts';
import { createKeyedTurns } from './keyed-turns.ts';

/** Layers on their way to the engine: whole ones, and the beginnings of others, which a later pull goes on from. */
export interface BlobFiles {
  pathOf(digest: string): string;
  /** How much of it is here already. */
  receivedBytes(blob: BlobDescriptor): Promise<number>;
  /** Resolves when the whole blob is here and hashes to its digest. Throws what `openBlob` throws, DISK_FULL or IMAGE_PULL_FAILED. */
  receive(blob: BlobDescriptor, options: ReceiveOptions): Promise<void>;
  /** Keeps others from removing these until it is released. */
  hold(digests: readonly string[]): BlobHold;
  /** Removes what nobody has touched since, then the oldest of the rest beyond `maxBytes`; never what somebody holds. */
  trim(limits: { untouchedSince: number; maxBytes: number }): Promise<void>;
}

export interface BlobHold {
  /** With `remove`, what nobody else holds is removed. */
  release(options: { remove: boolean }): Promise<void>;
}

export interface ReceiveOptions {
  openBlob: ImageRepository['openBlob'];
  /** How much of it is here; less than before when a beginning turned out to be of no use. */
  onReceived: (bytes: number) => void;
  signal: AbortSignal;
}

export async function openBlobFiles(directory: string): Promise<BlobFiles> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const pathOf = (digest: string) => join(directory, digest.replace(':', '-'));
  const partOf = (digest: string) => `${pathOf(digest)}.part`;
  const inTurn = createKeyedTurns();
  const holders = new Map<string, number>();

  async function receivedBytes({ digest, sizeBytes }: BlobDescriptor): Promise<number> {
    if ((await sizeOf(pathOf(digest))) !== null) return sizeBytes;
    return Math.min(sizeBytes, (await sizeOf(partOf(digest))) ?? 0);
  }

  async function receive(blob: BlobDescriptor, options: ReceiveOptions): Promise<void> {
    if ((await sizeOf(pathOf(blob.digest))) === null) await fetchWhole(blob, options);
    options.onReceived(blob.sizeBytes);
  }

  async function fetchWhole(blob: BlobDescriptor, options: ReceiveOptions): Promise<void> {
    const part = partOf(blob.digest);
    for (;;) {
      const before = (await sizeOf(part)) ?? 0;
      try {
        await append(part, blob, options);
        break;
      } catch (error) {
        options.signal.throwIfAborted();
        // A connection that breaks is taken up again for as long as it brings anything.
        const isBroken = AppError.is(error, 'IMAGE_PULL_FAILED') && error.cause !== undefined;
        if (!isBroken || ((await sizeOf(part)) ?? 0) <= before) throw error;
      }
    }
    await rename(part, pathOf(blob.digest));
  }

  async function letGo(digest: string, isOfNoUse: boolean): Promise<void> {
    const others = (holders.get(digest) ?? 0) - 1;
    if (others > 0) return void holders.set(digest, others);
    holders.delete(digest);
    if (!isOfNoUse) return;
    await inTurn(digest, new AbortController().signal, async () => {
      // Somebody may have come while we waited.
      if (holders.has(digest)) return;
      await Promise.all([rm(pathOf(digest), { force: true }), rm(partOf(digest), { force: true })]);
    });
  }

  return {
    pathOf,
    receivedBytes,
    // Two pulls may share a layer: only one of them writes, and the other finds it whole or goes on.
    receive: (blob, options) => inTurn(blob.digest, options.signal, () => receive(blob, options)),
    hold(digests) {
      for (const digest of digests) holders.set(digest, (holders.get(digest) ?? 0) + 1);
      return { release: async ({ remove }) => void (await Promise.all(digests.map((digest) => letGo(digest, remove)))) };
    },
    async trim({ untouchedSince, maxBytes }) {
      const held = new Set([...holders.keys()].flatMap((digest) => [pathOf(digest), partOf(digest)]));
      const names = (await readdir(directory)).map((name) => join(directory, name)).filter((file) => !held.has(file));
      const files = await Promise.all(names.map(async (file) => ({ file, ...(await stat(file)) })));
      let kept = 0;
      for (const { file, mtimeMs, size } of files.toSorted((a, b) => b.mtimeMs - a.mtimeMs)) {
        kept += size;
        if (mtimeMs < untouchedSince || kept > maxBytes) await rm(file, { force: true });
      }
    },
  };
}

async function append(part: string, blob: BlobDescriptor, { openBlob, onReceived, signal }: ReceiveOptions): Promise<void> {
  const handle = await open(part, 'a+', 0o600);
  try {
    let size = (await handle.stat()).size;
    if (size > blob.sizeBytes) {
      await handle.truncate(0);
      size = 0;
    }
    let hash = await hashOfFile(part, blob.digest);
    if (size < blob.sizeBytes) {
      const { offset, bytes } = await openBlob(blob, size);
      if (offset < size) {
        // This registry gives no parts.
        await handle.truncate(0);
        [size, hash] = [0, newHash(blob.digest)];
      }
      for await (const piece of bytes) {
        signal.throwIfAborted();
        size += piece.byteLength;
        if (size > blob.sizeBytes) break;
        hash.update(piece);
        await handle.appendFile(piece);
        onReceived(size);
      }
    }
    if (size < blob.sizeBytes) throw failed(blob, 'its registry ends it early', new Error('short body'));
    if (`${algorithmOf(blob.digest)}:${hash.digest('hex')}` !== blob.digest) {
      await handle.truncate(0);
      onReceived(0);
      throw failed(blob, 'it is not what its digest says');
    }
  } catch (error) {
    throw error instanceof Error && 'code' in error && error.code === 'ENOSPC'
      ? new AppError('DISK_FULL', { publicMessage: 'The disk of the node is full: an image does not fit', cause: error })
      : error;
  } finally {
    await handle.close();
  }
}

const failed = ({ digest }: BlobDescriptor, why: string, cause?: Error): AppError =>
  new AppError('IMAGE_PULL_FAILED', { publicMessage: `The layer ${digest.slice(0, 19)}… could not be pulled: ${why}`, cause });

const algorithmOf = (digest: string): string => digest.slice(0, digest.indexOf(':'));
const newHash = (digest: string): Hash => createHash(algorithmOf(digest));

async function hashOfFile(file: string, digest: string): Promise<Hash> {
  const hash = newHash(digest);
  for await (const piece of createReadStream(file)) hash.update(piece);
  return hash;
}

const sizeOf = (file: string): Promise<number | null> =>
  stat(file).then(
    ({ size }) => size,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    },
  );
