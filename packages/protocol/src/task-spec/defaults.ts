import type { TaskSpec } from './task-spec.ts';

const MiB = 1024 * 1024;

/**
 * What a task gets that does not say. Master and agent both count with these, so that a task which asks for nothing still takes
 * something; small enough for several such tasks on a small machine. docs/operations/resources.md lists them.
 */
export const DEFAULT_RESOURCES = { cpu: 0.25, memoryBytes: 256 * MiB, shmBytes: 64 * MiB, diskBytes: 512 * MiB } as const;

/** What a node promises to one allocation of a task. */
export interface Demand {
  /** Hardware threads. */
  cpu: number;
  memoryBytes: number;
  diskBytes: number;
  gpu: GpuDemand | null;
}

export interface GpuDemand {
  count: number;
  /** Any, when left out. */
  model?: string | undefined;
  /** Of each GPU, at least. */
  memoryBytes?: number | undefined;
}

export function demandOf({ resources }: Pick<TaskSpec, 'resources'>): Demand {
  return {
    cpu: resources.cpu ?? DEFAULT_RESOURCES.cpu,
    memoryBytes: resources.memoryBytes ?? DEFAULT_RESOURCES.memoryBytes,
    diskBytes: resources.diskBytes ?? DEFAULT_RESOURCES.diskBytes,
    gpu: resources.gpu ?? null,
  };
}
