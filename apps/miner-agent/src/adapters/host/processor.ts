import { readFile } from 'node:fs/promises';
import { cpus, type CpuInfo } from 'node:os';
import type { HostDescription } from '../../ports/host.ts';

export async function describeProcessor(): Promise<HostDescription['cpu']> {
  const all = cpus();
  const threads = Math.max(1, all.length);
  const table = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const model = all[0]?.model.replaceAll(/\s+/g, ' ').trim() || 'unknown';
  return { model: model.slice(0, 200), cores: countCores(table) ?? threads, threads };
}

/** Threads of one core bear its two numbers. Null where the table does not have them, as in many virtual machines and on ARM. */
export function countCores(table: string): number | null {
  const cores = new Set<string>();
  for (const thread of table.split('\n\n')) {
    const socket = /^physical id\s*:\s*(\d+)$/m.exec(thread)?.[1];
    const core = /^core id\s*:\s*(\d+)$/m.exec(thread)?.[1];
    if (socket !== undefined && core !== undefined) cores.add(`${socket}/${core}`);
  }
  return cores.size === 0 ? null : cores.size;
}

/** Busy hardware threads between two readings of their clocks. */
export function busyBetween(before: readonly Pick<CpuInfo, 'times'>[], after: readonly Pick<CpuInfo, 'times'>[]): number {
  return after.reduce((busy, { times }, index) => {
    const earlier = before[index]?.times;
    const total = sum(times) - (earlier ? sum(earlier) : 0);
    const idle = times.idle - (earlier?.idle ?? 0);
    return total <= 0 ? busy : busy + Math.min(1, Math.max(0, 1 - idle / total));
  }, 0);
}

const sum = ({ user, nice, sys, idle, irq }: CpuInfo['times']): number => user + nice + sys + idle + irq;

/** Busy hardware threads since the last call; since the start of the machine at the first. */
export function createLoadMeter(): () => number {
  let last: readonly CpuInfo[] = [];
  return () => {
    const before = last;
    last = cpus();
    return busyBetween(before, last);
  };
}
