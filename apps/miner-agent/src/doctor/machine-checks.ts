import type { HostDescription } from '../ports/host.ts';
import { failed, passed, warned, type Check } from './check.ts';

const GB = 1e9;
const MIN_MEMORY_BYTES = 0.5 * GB;
const MIN_DISK_BYTES = 2 * GB;

export const checkCpu = ({ cpu }: HostDescription): Check => passed('cpu', `${cpu.threads} threads on ${cpu.cores} cores (${cpu.model})`);

export function checkMemory({ memoryBytes }: HostDescription): Check {
  const reason = `${gigabytes(memoryBytes)} of memory`;
  return memoryBytes >= MIN_MEMORY_BYTES
    ? passed('memory', reason)
    : warned('memory', reason, `Most tasks need more than ${gigabytes(MIN_MEMORY_BYTES)}.`);
}

export function checkDisk(freeBytes: number, path: string): Check {
  const reason = `${gigabytes(freeBytes)} free in ${path}`;
  if (freeBytes >= MIN_DISK_BYTES) return passed('disk', reason);
  return failed('disk', reason, `Free at least ${gigabytes(MIN_DISK_BYTES)} there: images, volumes and logs need room.`);
}

/** Never "0 GB" for a disk that is nearly full. */
export const gigabytes = (bytes: number): string =>
  bytes < GB ? `${Math.floor(bytes / 1e6)} MB` : `${Math.floor(bytes / (GB / 10)) / 10} GB`;
