import { readdirSync, readFileSync, statfsSync } from 'node:fs';
import { HEARTBEAT_MS } from './stage.ts';

/** How the machine, the agent and an innocent container fare while an attack goes on. */
export interface Vitals {
  /** The longest that the master waited for a heartbeat. */
  heartbeatGapMs: number;
  /** The longest that nothing was heard of the innocent container. */
  neighbourGapMs: number;
  leastFreeMemoryBytes: number;
  leastFreeDiskBytes: number;
  mostProcesses: number;
}

export interface VitalsSource {
  heartbeats: () => number;
  /** How much the innocent container has said. */
  neighbourLines: () => number;
  /** On the disk that the engine writes to. */
  diskPath: string;
}

const SAMPLE_MS = 100;

export function watchVitals({ heartbeats, neighbourLines, diskPath }: VitalsSource): { read(): Vitals; stop(): void } {
  const beats = createGap(heartbeats);
  const lines = createGap(neighbourLines);
  const vitals = { leastFreeMemoryBytes: Infinity, leastFreeDiskBytes: Infinity, mostProcesses: 0 };
  const sample = () => {
    beats.sample();
    lines.sample();
    vitals.leastFreeMemoryBytes = Math.min(vitals.leastFreeMemoryBytes, freeMemoryBytes());
    vitals.leastFreeDiskBytes = Math.min(vitals.leastFreeDiskBytes, freeDiskBytes(diskPath));
    vitals.mostProcesses = Math.max(vitals.mostProcesses, processCount());
  };
  sample();
  const timer = setInterval(sample, SAMPLE_MS);
  return {
    read: () => (sample(), { ...vitals, heartbeatGapMs: beats.longest(), neighbourGapMs: lines.longest() }),
    stop: () => clearInterval(timer),
  };
}

/** The longest time without a rise. */
function createGap(count: () => number) {
  let last = { count: count(), at: performance.now() };
  let longest = 0;
  return {
    sample() {
      const now = { count: count(), at: performance.now() };
      longest = Math.max(longest, now.at - last.at);
      if (now.count !== last.count) last = now;
    },
    longest: () => Math.round(longest),
  };
}

export const freeDiskBytes = (path: string): number => {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
};

const freeMemoryBytes = (): number => Number(/MemAvailable:\s+(\d+) kB/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? 0) * 1024;

export const processCount = (): number => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;

/** Processes of a container, by the control group that they are in; a status without a container has none. */
export const processesOf = (containerId: string): number =>
  containerId === '' ? 0 : readdirSync('/proc').filter((name) => /^\d+$/.test(name) && groupsOf(name).includes(containerId)).length;

function groupsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8');
  } catch {
    // It ended meanwhile.
    return '';
  }
}

/** A beat may be late on a busy machine, but not by so much that a master at the usual pace (30 s, two missed) would take notice. */
export const LONGEST_HEARTBEAT_GAP_MS = HEARTBEAT_MS + 9_500;
/** Its lines come by way of the engine, the agent's spool and the master. */
export const LONGEST_NEIGHBOUR_GAP_MS = 15_000;
const LEAST_MEMORY_BYTES = 256 * 1024 * 1024;
/** A container may have 1024; the rest of the machine lives on beside it. */
const MOST_NEW_PROCESSES = 3_000;

/** Throws when the host or a bystander came to harm. */
export function requireUnharmed(
  vitals: Vitals,
  { reserveBytes, processesBefore }: { reserveBytes: number; processesBefore: number },
): void {
  const harm = [
    vitals.heartbeatGapMs > LONGEST_HEARTBEAT_GAP_MS && `no heartbeat for ${vitals.heartbeatGapMs} ms`,
    vitals.neighbourGapMs > LONGEST_NEIGHBOUR_GAP_MS && `the other container was not heard of for ${vitals.neighbourGapMs} ms`,
    vitals.leastFreeMemoryBytes < LEAST_MEMORY_BYTES && `only ${vitals.leastFreeMemoryBytes} bytes of memory were free`,
    vitals.leastFreeDiskBytes < reserveBytes && `only ${vitals.leastFreeDiskBytes} bytes of disk were free`,
    vitals.mostProcesses > processesBefore + MOST_NEW_PROCESSES && `${vitals.mostProcesses} processes ran`,
  ].filter((line) => line !== false);
  if (harm.length > 0) throw new Error(`the host came to harm: ${harm.join('; ')}`);
}
