import type { AllocationUsage, NodeUsage } from '@muster/protocol/messages/frames';
import { within } from '@muster/runtime/within';
import type { Host } from '../ports/host.ts';
import type { UsageReader } from '../ports/usage-reader.ts';
import type { GpuWatch } from './gpu-watch.ts';
import { createUsageSampler, type RunningContainer } from './usage-sampler.ts';

/** How busy the machine and its containers are; nothing of it is ever waited for by a heartbeat but four small files, and not for long. */
export interface Meter {
  /** To be called every few seconds: reads the containers. */
  look(): Promise<void>;
  node(diskPath: string): Promise<NodeReading>;
  allocation(allocationId: string): AllocationUsage | null;
  /** What allocations hold on disk: measured by whoever watches their limits. */
  noteDisk(shares: readonly { allocationId: string; usedBytes: number }[]): void;
}

export interface NodeReading {
  usage: NodeUsage;
  freeDiskBytes: number;
}

export interface MeterOptions {
  host: Pick<Host, 'usage' | 'diskSpace'>;
  running: () => readonly RunningContainer[];
  readers: readonly UsageReader[];
  gpus: Pick<GpuWatch, 'usage'>;
  monotonic: () => number;
  /** Reading a file waits its turn behind writes that a slow disk holds up: after so long, a beat says what was seen last instead. */
  patienceMs?: number;
}

const PATIENCE_MS = 1_000;

export function createMeter({ host, running, readers, gpus, monotonic, patienceMs = PATIENCE_MS }: MeterOptions): Meter {
  const sampler = createUsageSampler({ running, readers, monotonic });
  let disks: ReadonlyMap<string, number> = new Map();
  let last: NodeReading | null = null;
  let reading: Promise<NodeReading> | null = null;
  let traffic: { atMs: number; rxBytes: number; txBytes: number } | null = null;

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

  async function read(diskPath: string): Promise<NodeReading> {
    const [{ cpu, memoryBytes, rxBytes, txBytes }, disk] = await Promise.all([host.usage(), host.diskSpace(diskPath)]);
    const gpuUsage = gpus.usage();
    const usage: NodeUsage = {
      cpu,
      memoryBytes,
      diskBytes: disk.totalBytes - disk.freeBytes,
      ...rates(rxBytes, txBytes),
      ...(gpuUsage === null ? {} : { gpus: gpuUsage }),
    };
    return (last = { usage, freeDiskBytes: disk.freeBytes });
  }

  return {
    look: () => sampler.sample(),
    async node(diskPath) {
      const own = (reading ??= read(diskPath).finally(() => (reading = null)));
      return last !== null && !(await within(patienceMs, own)) ? last : own;
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
