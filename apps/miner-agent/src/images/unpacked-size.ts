import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError } from '@muster/protocol/errors/app-error';

/** For what we cannot unpack ourselves (zstd): more than layers usually grow. */
const GUESSED_RATIO = 4;

/** How large a layer's file is unpacked; stops counting once past the limit, so that a bomb costs no more than that. */
export async function unpackedSize(file: string, limitBytes: number, signal: AbortSignal): Promise<number> {
  const [{ size }, magic] = await Promise.all([stat(file), firstBytes(file)]);
  if (magic !== '1f8b') return magic === '28b5' ? size * GUESSED_RATIO : size;
  let unpacked = 0;
  const unpacking = createReadStream(file).pipe(createGunzip());
  try {
    for await (const piece of addAbortSignal(signal, unpacking)) {
      unpacked += Buffer.byteLength(piece);
      if (unpacked > limitBytes) break;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new AppError('IMAGE_PULL_FAILED', { publicMessage: 'A layer of the image cannot be unpacked', cause: error });
  }
  return unpacked;
}

async function firstBytes(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.subarray(0, bytesRead).toString('hex');
  } finally {
    await handle.close();
  }
}
