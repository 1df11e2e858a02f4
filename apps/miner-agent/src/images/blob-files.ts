import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@muster/protocol/errors/app-error';
import type { BlobDescriptor, ImageRepository } from '../ports/image-registry.ts';

/** Layers on their way to the engine: whole ones, and the beginnings of others, which a later pull goes on from. */
export interface BlobFiles {
  pathOf(digest: string): string;
  /** How much of it is here already. */
  receivedBytes(blob: BlobDescriptor): Promise<number>;
  /** Resolves when the whole blob is here and hashes to its digest. Throws what `openBlob` throws, DISK_FULL or IMAGE_PULL_FAILED. */
  receive(blob: BlobDescriptor, options: ReceiveOptions): Promise<void>;
  remove(digests: readonly string[]): Promise<void>;
  /** Removes what nobody has touched since. */
  removeOlderThan(untouchedSince: number): Promise<void>;
}

export interface ReceiveOptions {
  openBlob: ImageRepository['openBlob'];
  /** So many more bytes are here; negative when a beginning turned out to be of no use. */
  onBytes: (count: number) => void;
  signal: AbortSignal;
}

export async function openBlobFiles(directory: string): Promise<BlobFiles> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const pathOf = (digest: string) => join(directory, digest.replace(':', '-'));
  const partOf = (digest: string) => `${pathOf(digest)}.part`;

  async function receivedBytes({ digest, sizeBytes }: BlobDescriptor): Promise<number> {
    if ((await sizeOf(pathOf(digest))) !== null) return sizeBytes;
    return Math.min(sizeBytes, (await sizeOf(partOf(digest))) ?? 0);
  }

  async function receive(blob: BlobDescriptor, options: ReceiveOptions): Promise<void> {
    if ((await sizeOf(pathOf(blob.digest))) !== null) return;
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

  return {
    pathOf,
    receivedBytes,
    receive,
    async remove(digests) {
      await Promise.all(digests.flatMap((digest) => [rm(pathOf(digest), { force: true }), rm(partOf(digest), { force: true })]));
    },
    async removeOlderThan(untouchedSince) {
      for (const name of await readdir(directory)) {
        const file = join(directory, name);
        const { mtimeMs } = await stat(file);
        if (mtimeMs < untouchedSince) await rm(file, { force: true });
      }
    },
  };
}

async function append(part: string, blob: BlobDescriptor, { openBlob, onBytes, signal }: ReceiveOptions): Promise<void> {
  const handle = await open(part, 'a+', 0o600);
  try {
    let size = (await handle.stat()).size;
    if (size > blob.sizeBytes) {
      await handle.truncate(0);
      onBytes(-Math.min(size, blob.sizeBytes));
      size = 0;
    }
    let hash = await hashOfFile(part, blob.digest);
    if (size < blob.sizeBytes) {
      const { offset, bytes } = await openBlob(blob, size);
      if (offset < size) {
        // This registry gives no parts.
        await handle.truncate(0);
        onBytes(-size);
        [size, hash] = [0, newHash(blob.digest)];
      }
      for await (const piece of bytes) {
        signal.throwIfAborted();
        size += piece.byteLength;
        if (size > blob.sizeBytes) break;
        hash.update(piece);
        await handle.appendFile(piece);
        onBytes(piece.byteLength);
      }
    }
    if (size < blob.sizeBytes) throw failed(blob, 'its registry ends it early', new Error('short body'));
    if (`${algorithmOf(blob.digest)}:${hash.digest('hex')}` !== blob.digest) {
      await handle.truncate(0);
      onBytes(-Math.min(size, blob.sizeBytes));
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
