import type { Address } from 'viem';
import type { Images } from '../images/create-images.ts';
import { usedBytes } from '../isolation/used-bytes.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import type { AllocationRecord } from '../reconcile/desired.ts';
import { LABEL } from '../reconcile/labels.ts';

export interface PromisableDiskOptions {
  node: Address;
  records: readonly AllocationRecord[];
  /** Where the engine keeps its data. */
  freeBytes: number;
  /** What the owner gives to images; null leaves it to what is free. */
  imageBytes: number | null;
  images: Pick<Images, 'summary'>;
  runtime: Pick<ContainerRuntime, 'readDiskUsage'>;
}

/**
 * Of the disk, what may be promised in all: live allocations have been promised what they have written, so that it is no less after a restart of
 * the agent, and images have a claim to what they have not taken yet. Throws DOCKER_UNAVAILABLE.
 */
export async function promisableDisk({ node, records, freeBytes, imageBytes, images, runtime }: PromisableDiskOptions): Promise<number> {
  const live = records.filter(({ outcome }) => outcome === null);
  const withVolumes = live.some(({ spec }) => spec.volumes.length > 0);
  const usage = await runtime.readDiskUsage({ [LABEL.node]: node }, { withVolumes });
  const written = live.reduce((sum, record) => sum + usedBytes(record, usage), 0);
  const toCome = Math.max(0, (imageBytes ?? 0) - images.summary().bytes);
  return Math.max(0, freeBytes + written - toCome);
}
