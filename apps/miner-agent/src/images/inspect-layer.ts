import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { addAbortSignal, pipeline, Transform, type Readable } from 'node:stream';
import zlib from 'node:zlib';
import { AppError } from '@muster/protocol/errors/app-error';
import { createTarWatch } from './tar-watch.ts';

export interface InspectOptions {
  /** What the image's configuration says its unpacked bytes hash to. */
  diffId: string;
  limitBytes: number;
  signal: AbortSignal;
  /** Bytes of the file that have been looked at. */
  onRead(bytes: number): void;
}

/** What a file takes on a disk beside its content: the rest of its last block, and its place among the files, of which ext4 has a fixed number. */
export const ENTRY_BYTES = 8192;

/**
 * How much of a disk a layer's file takes unpacked; stops counting once past the limit, so that a bomb costs no more than that. Throws
 * IMAGE_FORMAT_UNSUPPORTED for what cannot be measured: the engine would unpack it whatever its size. Throws IMAGE_PULL_FAILED for what is
 * not the layer that the configuration names: the engine would give the one that it has by that name, whosever it is.
 */
export async function inspectLayer(file: string, { diffId, limitBytes, signal, onRead }: InspectOptions): Promise<number> {
  const unpack = unpackerOf(await firstBytes(file));
  const algorithm = diffId.slice(0, diffId.indexOf(':'));
  const hash = createHash(algorithm);
  const watch = createTarWatch();
  let bytes = 0;
  const size = () => bytes + watch.entries() * ENTRY_BYTES;
  const packed = createReadStream(file);
  // Whichever ends takes the other along.
  const unpacking: Readable = unpack === null ? packed : pipeline(packed, unpack, () => undefined);
  try {
    for await (const piece of addAbortSignal(signal, unpacking)) {
      bytes += Buffer.byteLength(piece);
      if (watch.see(piece)) throw unmeasurable('sparse files');
      if (size() > limitBytes) return size();
      hash.update(piece);
      onRead(packed.bytesRead);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (AppError.is(error)) throw error;
    throw new AppError('IMAGE_PULL_FAILED', { publicMessage: 'A layer of the image cannot be unpacked', cause: error });
  }
  if (`${algorithm}:${hash.digest('hex')}` === diffId) return size();
  throw new AppError('IMAGE_PULL_FAILED', { publicMessage: "A layer of the image is not the one that the image's configuration names" });
}

const BLOCK = 512;
/** By what engines look at too, before they take it for a tar. */
const PACKED: readonly { name: string; magic: RegExp }[] = [
  { name: 'gzip', magic: /^1f8b08/ },
  { name: 'zstd', magic: /^(28b52ffd|5.2a4d18)/ },
  { name: 'bzip2', magic: /^425a68/ },
  { name: 'xz', magic: /^fd377a585a/ },
];

/** Null for a plain tar. */
function unpackerOf(head: Buffer): Transform | null {
  const hex = head.subarray(0, 8).toString('hex');
  const name = PACKED.find(({ magic }) => magic.test(hex))?.name;
  if (name === 'gzip') return zlib.createGunzip();
  const zstd = name === 'zstd' ? zstdUnpacker() : null;
  if (zstd) return zstd;
  if (name === undefined && isTar(head)) return null;
  throw unmeasurable(name ?? 'neither gzip nor tar');
}

const unmeasurable = (what: string): AppError =>
  new AppError('IMAGE_FORMAT_UNSUPPORTED', {
    publicMessage: `A layer of the image is packed in a way that this node cannot measure (${what})`,
  });

/** Null before Node 22.15. */
function zstdUnpacker(): Transform | null {
  if (!('createZstdDecompress' in zlib) || typeof zlib.createZstdDecompress !== 'function') return null;
  const unpacker: unknown = zlib.createZstdDecompress();
  return unpacker instanceof Transform ? unpacker : null;
}

/** An empty one begins with zeros. */
const isTar = (head: Buffer): boolean =>
  head.length === BLOCK && (head.subarray(257, 262).toString('latin1') === 'ustar' || head.every((byte) => byte === 0));

async function firstBytes(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(BLOCK), 0, BLOCK, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
