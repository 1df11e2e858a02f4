import type { Address } from 'viem';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import type { AllocationRecord } from '../reconcile/desired.ts';
import { LABEL } from '../reconcile/labels.ts';
import type { DiskSight } from '../resources/promisable-disk.ts';
import { sharedBytes, shareOf } from './used-bytes.ts';

export interface DiskLookOptions {
  node: Address;
  runtime: Pick<ContainerRuntime, 'readDiskUsage'>;
  readFree: () => Promise<number>;
  records: readonly AllocationRecord[];
}

/**
 * Free space and what each allocation has written, at about one moment: measuring takes time, so the lesser of what is free before and after
 * counts. Where nothing lives, nobody is asked anything. Throws DOCKER_UNAVAILABLE.
 */
export async function lookAtDisk({ node, runtime, readFree, records }: DiskLookOptions): Promise<Omit<DiskSight, 'imagesBytes'>> {
  const live = records.filter(({ outcome }) => !outcome);
  const ended = new Set(records.flatMap(({ allocationId, outcome }) => (outcome ? [allocationId] : [])));
  const before = await readFree();
  if (live.length === 0) return { freeBytes: before, shares: [], ended, sharedBytes: 0 };
  const withVolumes = live.some(({ spec }) => spec.volumes.length > 0);
  const usage = await runtime.readDiskUsage({ [LABEL.node]: node }, { withVolumes });
  return {
    freeBytes: Math.min(before, await readFree()),
    shares: live.map((record) => shareOf(record, usage)),
    ended,
    sharedBytes: sharedBytes(live, usage),
  };
}
