import type { DiskUsage } from '../ports/container-runtime.ts';
import type { AllocationRecord } from '../reconcile/desired.ts';
import { volumeName } from '../reconcile/labels.ts';

/** What an allocation has written: beside its image, and in its volumes. */
export const usedBytes = (record: AllocationRecord, { containers, volumes }: DiskUsage): number =>
  record.spec.volumes.reduce(
    (sum, { name }) => sum + (volumes.get(volumeName(record, name)) ?? 0),
    containers.get(record.containerId ?? '') ?? 0,
  );
