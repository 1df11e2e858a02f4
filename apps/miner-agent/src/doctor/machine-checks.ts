import { DEFAULT_RESOURCES } from '@muster/protocol/task-spec/defaults';
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

/** `forTasksBytes`: of what is free, beside what images may still take and what the owner keeps. */
export function checkDisk({ freeBytes, forTasksBytes, path }: { freeBytes: number; forTasksBytes: number; path: string }): Check {
  const reason = `${gigabytes(freeBytes)} free in ${path}, ${gigabytes(forTasksBytes)} of it for tasks beside their images and your reserve`;
  if (freeBytes < MIN_DISK_BYTES)
    return failed('disk', reason, `Free at least ${gigabytes(MIN_DISK_BYTES)} there: images, volumes and logs need room.`);
  return forTasksBytes >= DEFAULT_RESOURCES.diskBytes
    ? passed('disk', reason)
    : warned('disk', reason, 'Free some space there, or lower MUSTER_IMAGE_BYTES or MUSTER_DISK_RESERVE_BYTES: no new task fits.');
}

/** Never "0 GB" for a disk that is nearly full. */
export const gigabytes = (bytes: number): string =>
  bytes < GB ? `${Math.floor(bytes / 1e6)} MB` : `${Math.floor(bytes / (GB / 10)) / 10} GB`;
