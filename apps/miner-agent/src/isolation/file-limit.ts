import { mebibytes } from './mebibytes.ts';

/** As ext4 makes them: whoever has a share of the disk's bytes has the same share of its files. */
const BYTES_PER_FILE = 16 * 1024;
/** A task that may write next to nothing still has directories and small files. */
const LEAST_FILES = 4096;
/** Of a disk that was made with few. */
const MOST_RESERVED = 0.05;

/** Files and directories that come with so much disk; empty ones take no bytes, and most filesystems have a fixed number of them. */
export const fileLimitOf = (limitBytes: number): number => Math.max(LEAST_FILES, Math.floor(limitBytes / BYTES_PER_FILE));

/** What of them is kept with the owner's reserve. */
export const fileReserveOf = (reserveBytes: number, { totalFiles }: { totalFiles: number }): number =>
  Math.floor(Math.min(reserveBytes / BYTES_PER_FILE, totalFiles * MOST_RESERVED));

export const tooManyFiles = (limitBytes: number): string =>
  `The container and its volumes hold more than ${fileLimitOf(limitBytes)} files and directories, which is the limit that comes with its ${mebibytes(limitBytes)} of disk`;
