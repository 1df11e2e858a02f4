import type { AllocationUsage } from '@muster/protocol/messages/frames';
import type { UsageCounters } from '../ports/usage-reader.ts';

/** Counters as they were at a moment, ms on a clock that does not step. */
export interface Reading {
  atMs: number;
  counters: UsageCounters;
}

/** How busy a container was between two readings. Counters that fell began anew (the container was restarted). Pure. */
export function usageBetween(before: Reading, after: Reading): AllocationUsage {
  const elapsedMs = Math.max(1, after.atMs - before.atMs);
  const grown = (name: 'cpuMs' | 'rxBytes' | 'txBytes'): number | undefined => {
    const [from, to] = [before.counters[name], after.counters[name]];
    return to === undefined || from === undefined ? undefined : to >= from ? to - from : to;
  };
  const perSecond = (bytes: number | undefined) => (bytes === undefined ? undefined : Math.round((bytes * 1000) / elapsedMs));
  const [rx, tx] = [perSecond(grown('rxBytes')), perSecond(grown('txBytes'))];
  return {
    cpu: Math.round(((grown('cpuMs') ?? 0) / elapsedMs) * 1000) / 1000,
    memoryBytes: Math.round(after.counters.memoryBytes),
    ...(rx === undefined ? {} : { rxBytesPerSecond: rx }),
    ...(tx === undefined ? {} : { txBytesPerSecond: tx }),
  };
}
