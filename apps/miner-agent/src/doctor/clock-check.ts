import { failed, passed, warned, type Check } from './check.ts';

/** What other clocks said, each beside ours at that moment. Unix ms. */
export interface ClockReadings {
  /** When the newest block was made: no clock is before that. Null: the RPC does not answer. */
  chain: { theirs: number; ours: number } | null;
  /** Discovery's, to a second. Null: the run is not known, or it does not answer. */
  discovery: { theirs: number; ours: number } | null;
  /** Whether the system says that it keeps its clock by NTP; null when it does not say. */
  ntp: boolean | null;
}

/** Messages over 30 s ahead are refused, so half of that is the time to speak up. */
const MAX_OFFSET_MS = 15_000;
const FIX = 'Turn on NTP: timedatectl set-ntp true';

/** Others sign again in the clock of whoever refuses them, so work goes on; but what they send may look expired here, and what is logged is wrong. */
export function checkClock({ chain, discovery, ntp }: ClockReadings): Check {
  const aheadMs = discovery ? discovery.ours - discovery.theirs : null;
  if (aheadMs !== null && Math.abs(aheadMs) > MAX_OFFSET_MS)
    return failed('clock', `the clock is ${seconds(aheadMs)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} discovery's`, FIX);
  // An idle dev chain's newest block is old, so ahead of the chain says nothing.
  if (chain && chain.theirs - chain.ours > MAX_OFFSET_MS)
    return failed('clock', `the clock is ${seconds(chain.theirs - chain.ours)} s behind the chain`, FIX);
  if (ntp === false) return warned('clock', 'the system does not keep its clock by NTP', FIX);
  if (!chain && !discovery)
    return warned('clock', 'neither the chain nor discovery answers, so the clock cannot be compared', 'Check MUSTER_RPC_URL.');
  return passed('clock', discovery ? "agrees with discovery's" : 'not behind the chain');
}

const seconds = (ms: number): number => Math.round(Math.abs(ms) / 1000);
