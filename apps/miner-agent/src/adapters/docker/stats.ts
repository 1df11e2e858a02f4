import { z } from 'zod';
import type { UsageCounters } from '../../ports/usage-reader.ts';

const statsSchema = z.object({
  cpu_stats: z.object({ cpu_usage: z.object({ total_usage: z.number() }) }),
  memory_stats: z.object({ usage: z.number().optional(), stats: z.record(z.string(), z.number()).optional() }),
  networks: z.record(z.string(), z.object({ rx_bytes: z.number(), tx_bytes: z.number() })).optional(),
});

/** From the engine's statistics; null of a container that does not run. */
export function countersOf(stats: unknown): UsageCounters | null {
  const parsed = statsSchema.safeParse(stats);
  if (!parsed.success) return null;
  const { cpu_stats: cpu, memory_stats: memory, networks } = parsed.data;
  if (memory.usage === undefined) return null;
  // The page cache is the kernel's to take back.
  const cache = memory.stats?.['inactive_file'] ?? memory.stats?.['total_inactive_file'] ?? 0;
  const interfaces = networks === undefined ? null : Object.values(networks);
  return {
    cpuMs: cpu.cpu_usage.total_usage / 1e6,
    memoryBytes: Math.max(0, memory.usage - cache),
    ...(interfaces === null ? {} : { rxBytes: sum(interfaces, 'rx_bytes'), txBytes: sum(interfaces, 'tx_bytes') }),
  };
}

const sum = <K extends string>(rows: readonly Record<K, number>[], key: K): number => rows.reduce((total, row) => total + row[key], 0);
