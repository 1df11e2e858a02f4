import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, stat, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@muster/protocol/errors/app-error';
import type { BlobDescriptor, ImageRepository } from '../ports/image-registry.ts';

export interface ReceiveOptions {
  openBlob: ImageRepository['openBlob'];
  /** How much of it is here; less than before when a beginning turned out to be of no use. */
  onReceived: (bytes: number) => void;
  signal: AbortSignal;
  pace?: Pace;
}

/** Time, for what a registry may take of it. */
export interface Pace {
  monotonic: () => number;
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

const REAL_PACE: Pace = {
  monotonic: () => performance.now(),
  pause: (ms, signal) =>
    sleep(ms, undefined, { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw error;
    }),
};

/** A connection that brings less is a poor one: taken up again after a pause that doubles, and so many times in a row at most. */
const POOR_BYTES = 1024 * 1024;
const POOR_CONNECTIONS = 8;
const FIRST_PAUSE_MS = 250;
/** One that stays must bring so much in each such time: a pull that never ends keeps others waiting. */
const WINDOW_MS = 30_000;
const WINDOW_BYTES = 30 * 1024;

/** The beginning of a blob. */
export const partOf = (file: string): string => `${file}.part`;

interface Arrival {
  handle: FileHandle;
  size: number;
  /** Of what is in the file. */
  hash: Hash;
}

/** Fetches the rest of a blob, over as many connections as it takes, and gives it its name once it is whole and what its digest says. */
export async function receiveBlob(file: string, blob: BlobDescriptor, options: ReceiveOptions): Promise<void> {
  const { pace = REAL_PACE } = options;
  const handle = await open(partOf(file), 'a+', 0o600);
  try {
    const arrival = await begin(handle, partOf(file), blob);
    let poor = 0;
    while (arrival.size < blob.sizeBytes) {
      const before = arrival.size;
      try {
        await readOn(arrival, blob, { ...options, pace });
        if (arrival.size < blob.sizeBytes) throw failed(blob, 'its registry ends it early', new Error('short body'));
      } catch (error) {
        options.signal.throwIfAborted();
        // A connection that breaks is taken up again for as long as it brings anything.
        const isBroken = AppError.is(error, 'IMAGE_PULL_FAILED') && error.cause !== undefined;
        if (!isBroken || arrival.size <= before) throw error;
        poor = arrival.size - before < POOR_BYTES ? poor + 1 : 0;
        if (poor >= POOR_CONNECTIONS) throw error;
        if (poor > 0) await pace.pause(FIRST_PAUSE_MS * 2 ** (poor - 1), options.signal);
      }
    }
    if (`${algorithmOf(blob.digest)}:${arrival.hash.digest('hex')}` !== blob.digest) {
      await handle.truncate(0);
      options.onReceived(0);
      throw failed(blob, 'it is not what its digest says');
    }
    // After a power cut the name must not be there without the content.
    await handle.sync();
  } catch (error) {
    throw error instanceof Error && 'code' in error && error.code === 'ENOSPC'
      ? new AppError('DISK_FULL', { publicMessage: 'The disk of the node is full: an image does not fit', cause: error })
      : error;
  } finally {
    await handle.close();
  }
  await rename(partOf(file), file);
}

async function begin(handle: FileHandle, file: string, blob: BlobDescriptor): Promise<Arrival> {
  let { size } = await handle.stat();
  if (size > blob.sizeBytes) {
    await handle.truncate(0);
    size = 0;
  }
  const hash = createHash(algorithmOf(blob.digest));
  for await (const piece of createReadStream(file)) hash.update(piece);
  return { handle, size, hash };
}

/** One connection. */
async function readOn(arrival: Arrival, blob: BlobDescriptor, options: Required<ReceiveOptions>): Promise<void> {
  const { openBlob, onReceived, signal, pace } = options;
  const { offset, bytes } = await openBlob(blob, arrival.size);
  if (offset < arrival.size) {
    // This registry gives no parts.
    await arrival.handle.truncate(0);
    arrival.size = 0;
    arrival.hash = createHash(algorithmOf(blob.digest));
  }
  let window = { startedAt: pace.monotonic(), size: arrival.size };
  for await (const piece of bytes) {
    signal.throwIfAborted();
    arrival.size += piece.byteLength;
    // More than it says: so its hash will be wrong.
    if (arrival.size > blob.sizeBytes) break;
    arrival.hash.update(piece);
    await arrival.handle.appendFile(piece);
    onReceived(arrival.size);
    if (pace.monotonic() - window.startedAt < WINDOW_MS) continue;
    if (arrival.size - window.size < WINDOW_BYTES) throw failed(blob, 'its registry sends less than 1KiB a second');
    window = { startedAt: pace.monotonic(), size: arrival.size };
  }
}

const failed = ({ digest }: BlobDescriptor, why: string, cause?: Error): AppError =>
  new AppError('IMAGE_PULL_FAILED', { publicMessage: `The layer ${digest.slice(0, 19)}… could not be pulled: ${why}`, cause });

const algorithmOf = (digest: string): string => digest.slice(0, digest.indexOf(':'));

export const sizeOf = (file: string): Promise<number | null> => stat(file).then(({ size }) => size, ifGone);

export function ifGone(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
