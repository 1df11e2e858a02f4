import { cpus, type CpuInfo } from 'node:os';

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

/**
 * Busy hardware threads since the last call; since the start of the machine at the first. Systeminformation would start a shell and two
 * programs for it, at every heartbeat.
 */
export function createLoadMeter(): () => number {
  let last: readonly CpuInfo[] = [];
  return () => {
    const before = last;
    last = cpus();
    return busyBetween(before, last);
  };
}
