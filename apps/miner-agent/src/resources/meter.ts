import type { AllocationUsage, GpuUsage, NodeUsage } from '@muster/protocol/messages/frames';
import type { Host } from '../ports/host.ts';
import type { UsageReader } from '../ports/usage-reader.ts';
import { createUsageSampler, type RunningContainer } from './usage-sampler.ts';

/** How busy the machine and its containers are; nothing of it is ever waited for by a heartbeat but four small files. */
export interface Meter {
  /** To be called every few seconds: reads the containers, and the GPUs now and then. */
  look(): Promise<void>;
  node(diskPath: string): Promise<{ usage: NodeUsage; freeDiskBytes: number }>;
  allocation(allocationId: string): AllocationUsage | null;
  /** What allocations hold on disk: measured by whoever watches their limits. */
  noteDisk(shares: readonly { allocationId: string; usedBytes: number }[]): void;
}

export interface MeterOptions {
  host: Pick<Host, 'usage' | 'diskSpace' | 'gpuUsage'>;
  running: () => readonly RunningContainer[];
  readers: readonly UsageReader[];
  hasGpus: boolean;
  monotonic: () => number;
}

/** The driver's program takes up to a second of a core each time. */
const GPU_MS = 15_000;

export function createMeter({ host, running, readers, hasGpus, monotonic }: MeterOptions): Meter {
  const sampler = createUsageSampler({ running, readers, monotonic });
  let disks: ReadonlyMap<string, number> = new Map();
  let gpus: { atMs: number; usage: GpuUsage[] } | null = null;
  let traffic: { atMs: number; rxBytes: number; txBytes: number } | null = null;

  async function lookAtGpus(): Promise<void> {
    const atMs = monotonic();
    if (!hasGpus || (gpus !== null && atMs - gpus.atMs < GPU_MS)) return;
    gpus = { atMs, usage: await host.gpuUsage() };
  }

  /** Rates since the last beat; none at the first. */
  function rates(rxBytes: number | undefined, txBytes: number | undefined): Pick<NodeUsage, 'rxBytesPerSecond' | 'txBytesPerSecond'> {
    if (rxBytes === undefined || txBytes === undefined) return {};
    const before = traffic;
    traffic = { atMs: monotonic(), rxBytes, txBytes };
    if (before === null || rxBytes < before.rxBytes || txBytes < before.txBytes) return {};
    const seconds = Math.max(1, traffic.atMs - before.atMs) / 1000;
    return {
      rxBytesPerSecond: Math.round((rxBytes - before.rxBytes) / seconds),
      txBytesPerSecond: Math.round((txBytes - before.txBytes) / seconds),
    };
  }

  return {
    async look() {
      await Promise.all([sampler.sample(), lookAtGpus()]);
    },
    async node(diskPath) {
      const [{ cpu, memoryBytes, rxBytes, txBytes }, disk] = await Promise.all([host.usage(), host.diskSpace(diskPath)]);
      const usage: NodeUsage = {
        cpu,
        memoryBytes,
        diskBytes: disk.totalBytes - disk.freeBytes,
        ...rates(rxBytes, txBytes),
        ...(gpus === null ? {} : { gpus: gpus.usage }),
      };
      return { usage, freeDiskBytes: disk.freeBytes };
    },
    allocation(allocationId) {
      const usage = sampler.of(allocationId);
      const diskBytes = disks.get(allocationId);
      return usage === null || diskBytes === undefined ? usage : { ...usage, diskBytes };
    },
    noteDisk(shares) {
      disks = new Map(shares.map(({ allocationId, usedBytes }) => [allocationId, usedBytes]));
    },
  };
}
