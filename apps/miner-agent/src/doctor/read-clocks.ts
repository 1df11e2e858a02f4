import type { Host } from '../ports/host.ts';
import type { ClockReadings } from './clock-check.ts';

export interface ClockSources {
  host: Pick<Host, 'keepsTime'>;
  /** The chain's time, unix ms; rejects when the RPC does not answer. */
  readChainTime: () => Promise<number>;
  /** Discovery's clock, unix ms; rejects when there is none to ask. */
  readDiscoveryTime: () => Promise<number>;
  now: () => number;
}

/** Asks every clock in reach at once; one that does not answer is left out. */
export async function readClocks({ host, readChainTime, readDiscoveryTime, now }: ClockSources): Promise<ClockReadings> {
  const beside = (read: () => Promise<number>) =>
    read().then(
      (theirs) => ({ theirs, ours: now() }),
      () => null,
    );
  const [chain, discovery, ntp] = await Promise.all([beside(readChainTime), beside(readDiscoveryTime), host.keepsTime()]);
  return { chain, discovery, ntp };
}
