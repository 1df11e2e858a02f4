import type { Gpu } from '@muster/protocol/capabilities';
import { isGpuModel } from '@muster/protocol/gpu-model';
import type { GpuDemand } from '@muster/protocol/task-spec/defaults';

/**
 * Which of these GPUs a container gets; null when too few fit. The smallest that fit, so that the big ones stay for those who need them.
 * The node decides with it; the master foresees by it what the node will decide.
 */
export function assignGpus(free: readonly Gpu[], { count, model, memoryBytes = 0 }: GpuDemand): Gpu[] | null {
  const fitting = free.filter((gpu) => gpu.memoryBytes >= memoryBytes && (model === undefined || isGpuModel(gpu.model, model)));
  return fitting.length < count ? null : fitting.toSorted(smallestFirst).slice(0, count);
}

const smallestFirst = (a: Gpu, b: Gpu): number => a.memoryBytes - b.memoryBytes || compare(a.model, b.model) || compare(a.uuid, b.uuid);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
