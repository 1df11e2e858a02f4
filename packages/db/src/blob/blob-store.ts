import type { Readable } from 'node:stream';

/** The expected content of a blob; `sha256` as 0x-hex. */
export interface BlobRef {
  sha256: `0x${string}`;
  sizeBytes: number;
}

/** Content-addressed bytes: what a name gives back is what it was stored under, or nothing. */
export interface BlobStore {
  /**
   * Stores a stream. Throws AppError SNAPSHOT_MISMATCH when it is not what `expected` says, DISK_FULL when it does not fit; nothing is kept then.
   * Storing what is there already reads the stream all the same, and succeeds.
   */
  put(stream: Readable | AsyncIterable<Uint8Array>, expected: BlobRef): Promise<void>;
  /** Null when there is no such blob. */
  get(sha256: string): Promise<{ stream: Readable; sizeBytes: number } | null>;
  has(sha256: string): Promise<boolean>;
  /** What is not there is removed already. */
  remove(sha256: string): Promise<void>;
}
