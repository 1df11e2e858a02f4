import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@muster/protocol/errors/app-error';
import { syncDirectory } from '@muster/runtime/atomic-file';
import type { BlobRef, BlobStore } from './blob-store.ts';

const SHA256 = /^0x[0-9a-f]{64}$/;
const STALE_UPLOAD_MS = 24 * 60 * 60_000;
const RESERVE_SHARE = 0.1;
const MAX_RESERVE_BYTES = 5 * 1024 ** 3;

/** Of the file system that the blobs are on, in bytes. */
export interface DiskSpace {
  free: number;
  total: number;
}

/**
 * Blobs as files under `directory`, fanned out by their first byte. A blob appears complete, checked and on disk, or not at all.
 * A tenth of the disk, 5 GiB at the most, stays free of blobs: a database may live there, and strangers fill the store.
 */
export async function createDirectoryStore(directory: string, readSpace = spaceOf): Promise<BlobStore> {
  const uploads = join(directory, 'uploads');
  await mkdir(uploads, { recursive: true, mode: 0o700 });
  await sweepUploads(uploads);
  let awaitedBytes = 0;

  /** What others have still to write counts whole: too careful by what they have written already. */
  async function takeRoom(sizeBytes: number): Promise<void> {
    const { free, total } = await readSpace(directory);
    const reserve = Math.min(MAX_RESERVE_BYTES, total * RESERVE_SHARE);
    if (free - awaitedBytes - sizeBytes < reserve)
      throw new AppError('DISK_FULL', {
        publicMessage: `The blob store has no room for ${mebibytes(sizeBytes)} more: ${mebibytes(free)} are free, and ${mebibytes(reserve)} stay so.`,
      });
    awaitedBytes += sizeBytes;
  }

  async function put(stream: AsyncIterable<Uint8Array>, expected: BlobRef): Promise<void> {
    const path = pathOf(directory, expected.sha256);
    const temp = join(uploads, randomUUID());
    await takeRoom(expected.sizeBytes);
    try {
      const found = await writeChecked(stream, temp, expected.sizeBytes);
      if (found.sha256 !== expected.sha256 || found.sizeBytes !== expected.sizeBytes) {
        throw new AppError('SNAPSHOT_MISMATCH', { data: { expected, found } });
      }
      const folder = join(path, '..');
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await rename(temp, path);
      await syncDirectory(folder);
      await syncDirectory(directory);
    } catch (error) {
      await rm(temp, { force: true });
      throw isDiskFull(error) ? new AppError('DISK_FULL', { publicMessage: 'The disk of the blob store is full.', cause: error }) : error;
    } finally {
      awaitedBytes -= expected.sizeBytes;
    }
  }

  return {
    put,
    get: async (sha256) => {
      const path = pathOf(directory, sha256);
      const found = await stat(path).catch(missing);
      return found ? { stream: createReadStream(path), sizeBytes: found.size } : null;
    },
    remove: (sha256) => rm(pathOf(directory, sha256), { force: true }),
    has: async (sha256) => (await stat(pathOf(directory, sha256)).catch(missing)) !== undefined,
  };
}

/** Stops reading as soon as there is more than was announced: a peer must not fill the disk. */
async function writeChecked(
  stream: AsyncIterable<Uint8Array>,
  path: string,
  maxBytes: number,
): Promise<{ sha256: string; sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of stream) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > maxBytes) break;
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { sha256: `0x${hash.digest('hex')}`, sizeBytes };
}

/** The name is a path's last part, so nothing but a hash may be one. */
function pathOf(directory: string, sha256: string): string {
  if (!SHA256.test(sha256)) throw new RangeError(`not a SHA-256: ${sha256}`);
  return join(directory, sha256.slice(2, 4), sha256.slice(2));
}

/** What a killed process left; a day is longer than any upload of a living one. */
async function sweepUploads(uploads: string): Promise<void> {
  const before = Date.now() - STALE_UPLOAD_MS;
  for (const name of await readdir(uploads)) {
    const path = join(uploads, name);
    const found = await stat(path).catch(missing);
    if (found && found.mtimeMs < before) await rm(path, { force: true });
  }
}

async function spaceOf(directory: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(directory);
  return { free: bavail * bsize, total: blocks * bsize };
}

const mebibytes = (bytes: number): string => `${Math.floor(bytes / 1024 ** 2)} MiB`;

const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
