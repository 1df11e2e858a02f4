import type { AllocationUsage } from '@muster/protocol/messages/frames';
import type { UsageReader } from '../ports/usage-reader.ts';
import { usageBetween, type Reading } from './usage-between.ts';

export interface RunningContainer {
  allocationId: string;
  id: string;
  pid: number | null;
}

/** Live usage of what runs, read aside, so that no heartbeat waits for it. */
export interface UsageSampler {
  /** Reads everything that runs once; does nothing when nothing does. */
  sample(): Promise<void>;
  /** Null before the second reading. */
  of(allocationId: string): AllocationUsage | null;
}

export interface UsageSamplerOptions {
  running: () => readonly RunningContainer[];
  /** In this order, until one can tell. */
  readers: readonly UsageReader[];
  monotonic: () => number;
}

export function createUsageSampler({ running, readers, monotonic }: UsageSamplerOptions): UsageSampler {
  /** By container: a restart under another id starts anew. */
  const readings = new Map<string, Reading>();
  const usages = new Map<string, AllocationUsage>();

  async function read(container: RunningContainer): Promise<void> {
    for (const reader of readers) {
      const counters = await reader.read(container);
      if (counters === null) continue;
      const after = { atMs: monotonic(), counters };
      const before = readings.get(container.id);
      if (before) usages.set(container.allocationId, usageBetween(before, after));
      readings.set(container.id, after);
      return;
    }
    usages.delete(container.allocationId);
  }

  return {
    async sample() {
      const present = running();
      const [ids, allocations] = [new Set(present.map(({ id }) => id)), new Set(present.map(({ allocationId }) => allocationId))];
      for (const id of readings.keys()) if (!ids.has(id)) readings.delete(id);
      for (const allocationId of usages.keys()) if (!allocations.has(allocationId)) usages.delete(allocationId);
      await Promise.all(present.map(read));
    },
    of: (allocationId) => usages.get(allocationId) ?? null,
  };
}
