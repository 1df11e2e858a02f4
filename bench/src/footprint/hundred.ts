import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskSpec } from '@muster/protocol/task-spec/task-spec';
import { testSpec } from '@muster/miner-agent/testing/test-record';
import { median } from '../stats.ts';
import { withAgent, type AgentStage } from './agent-stage.ts';
import { figure, megabytes, type Figure } from './figure.ts';
import { processorMs, residentBytes } from './process-figures.ts';

const ALLOCATIONS = 100;
const PROBES = 5;
const HEARTBEAT_MS = 1_000;
const WATCH_MS = 30_000;
const MiB = 1024 * 1024;

const task = (script: string): TaskSpec =>
  testSpec({ command: ['sh', '-c', script], graceMs: 0, resources: { cpu: 0.01, memoryBytes: 8 * MiB, diskBytes: 16 * MiB } });
/** A line every second from each. */
const talking = task('while :; do echo tick; sleep 1; done');
const quiet = task('sleep 1000');

/** A hundred containers that run and talk; how long one more takes to be seen running, against one with none beside it. */
export function measureHundred(dockerHost: string, signal: AbortSignal): Promise<Figure[]> {
  return withAgent({ dockerHost, heartbeatMs: HEARTBEAT_MS, env: { MUSTER_CHAIN_POLL_MS: '15000' } }, async (stage) => {
    const { master, pid } = stage;
    const alone = await probe(stage, signal);
    const startedAt = performance.now();
    const ids = Array.from({ length: ALLOCATIONS }, () => stage.place(talking));
    await until(() => ids.every((id) => master.statuses.get(id)?.phase === 'Running'), { signal, what: () => phasesOf(stage, ids) });
    const allRunningMs = performance.now() - startedAt;

    await sleep(5_000, undefined, { signal });
    const [beatsBefore, linesBefore, busyBefore] = [master.beatTimes.length, master.logLagsMs.length, await processorMs(pid)];
    await sleep(WATCH_MS, undefined, { signal });
    const beats = master.beatTimes.slice(beatsBefore);
    const lags = master.logLagsMs.slice(linesBefore).toSorted((a, b) => a - b);
    const busy = (100 * ((await processorMs(pid)) - busyBefore)) / WATCH_MS;
    const resident = await residentBytes(pid);
    const crowded = await probe(stage, signal);
    const gaps = beats.slice(1).map((at, index) => at - (beats[index] ?? at));
    return [
      figure({
        id: 'hundred-start',
        title: `from an order until the master hears that the container runs, beside ${ALLOCATIONS} others ÷ alone, medians of ${PROBES}`,
        product: `${crowded.toFixed(0)} ms`,
        baseline: `${alone.toFixed(0)} ms`,
        value: crowded / alone,
        aim: { atMost: 2 },
        notes: [
          `all ${ALLOCATIONS} ran after ${(allRunningMs / 1000).toFixed(1)} s; agent ${megabytes(resident)}, ${busy.toFixed(1)} % of a core`,
        ],
      }),
      figure({
        id: 'hundred-beats',
        title: 'longest time between two heartbeats ÷ the time that was agreed',
        product: `${Math.max(...gaps).toFixed(0)} ms`,
        baseline: `${HEARTBEAT_MS} ms`,
        value: Math.max(...gaps) / HEARTBEAT_MS,
        aim: { atMost: 1.5 },
        notes: [`${beats.length} heartbeats in ${WATCH_MS / 1000} s`],
      }),
      figure({
        id: 'hundred-logs',
        title: 'age of a log line when the master has it, 95th percentile, seconds',
        product: `${at(lags, 0.95)} ms`,
        baseline: null,
        value: at(lags, 0.95) / 1000,
        aim: { atMost: 2 },
        notes: [
          `median ${at(lags, 0.5)} ms, longest ${at(lags, 1)} ms, of ${lags.length} lines (${ALLOCATIONS} containers, a line a second each)`,
        ],
      }),
    ];
  });
}

async function probe(stage: AgentStage, signal: AbortSignal): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < PROBES; round += 1) {
    const startedAt = performance.now();
    const id = stage.place(quiet);
    await until(() => stage.master.statuses.get(id)?.phase === 'Running', { signal, what: () => phasesOf(stage, [id]), everyMs: 5 });
    times.push(performance.now() - startedAt);
    stage.stop(id);
    await until(() => stage.master.statuses.get(id)?.phase === 'Cancelled', { signal, what: () => phasesOf(stage, [id]) });
  }
  return median(times);
}

const PATIENCE_MS = 300_000;

async function until(
  condition: () => boolean,
  { signal, what, everyMs = 50 }: { signal: AbortSignal; what: () => string; everyMs?: number },
) {
  const end = performance.now() + PATIENCE_MS;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not within ${PATIENCE_MS / 1000} s: ${what()}`);
    await sleep(everyMs, undefined, { signal });
  }
}

function phasesOf({ master }: AgentStage, ids: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const id of ids) {
    const phase = master.statuses.get(id)?.phase ?? 'unreported';
    counts.set(phase, (counts.get(phase) ?? 0) + 1);
  }
  return [...counts].map(([phase, count]) => `${count} ${phase}`).join(', ');
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
