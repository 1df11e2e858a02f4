import { demandOf } from '@muster/protocol/task-spec/defaults';
import type { DiskUsage } from '../ports/container-runtime.ts';
import type { AllocationRecord } from '../reconcile/desired.ts';
import { volumeName } from '../reconcile/labels.ts';
import type { DiskShare } from '../resources/promisable-disk.ts';

const volumesOf = (record: AllocationRecord): string[] => record.spec.volumes.map(({ name }) => volumeName(record, name));

/** What an allocation may write, and has: beside its image, and in its volumes. */
export const shareOf = (record: AllocationRecord, { containers, volumes }: DiskUsage): DiskShare => ({
  allocationId: record.allocationId,
  limitBytes: demandOf(record.spec).diskBytes,
  usedBytes: volumesOf(record).reduce((sum, volume) => sum + (volumes.get(volume) ?? 0), containers.get(record.containerId ?? '') ?? 0),
});

/** An allocation that is being stopped and the one that follows it have the same volumes: what adding up their shares counts too often. */
export function sharedBytes(records: readonly AllocationRecord[], { volumes }: Pick<DiskUsage, 'volumes'>): number {
  const all = records.flatMap(volumesOf);
  const often = all.filter((volume, index) => all.indexOf(volume) < index);
  return often.reduce((sum, volume) => sum + (volumes.get(volume) ?? 0), 0);
}
