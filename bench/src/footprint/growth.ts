import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTempDir } from '@muster/runtime/temp-dir';
import { withAgent } from './agent-stage.ts';
import { figure, megabytes, type Figure } from './figure.ts';
import { residentBytes } from './process-figures.ts';
import { slopeOf } from './slope.ts';

const BEATS = 10_000;
const SAMPLES = 20;
/** The first beats warm up caches and compile code. */
const WARM_UP_BEATS = 2_000;
/** Less than the noise of one collection over all the beats together. */
const MOST_BYTES_PER_BEAT = 100;

/** The heap after a collection, sample by sample, while beats go out as fast as they are answered. */
export async function measureGrowth(dockerHost: string, signal: AbortSignal): Promise<Figure[]> {
  const directory = await createTempDir('muster-probe');
  const file = join(directory.path, 'memory.jsonl');
  const probe = fileURLToPath(new URL('gc-probe.cjs', import.meta.url));
  const env = {
    NODE_OPTIONS: `--require ${probe}`,
    MUSTER_BENCH_PROBE: file,
    MUSTER_CHAIN_POLL_MS: '15000',
    // Otherwise no master makes it beat so fast.
    MUSTER_LEAST_HEARTBEAT_MS: '1',
  };
  try {
    return await withAgent({ dockerHost, heartbeatMs: 1, env }, async ({ pid, master }) => {
      const samples: { beats: number; heapUsed: number; rss: number }[] = [];
      const from = master.heartbeats() + WARM_UP_BEATS;
      for (let at = 0; at <= SAMPLES; at += 1) {
        while (master.heartbeats() < from + (at * BEATS) / SAMPLES) await sleep(20, undefined, { signal });
        const beats = master.heartbeats();
        samples.push({ beats, ...(await collected(pid, file, at + 1)), rss: await residentBytes(pid) });
      }
      const perBeat = slopeOf(samples.map(({ beats, heapUsed }) => [beats, heapUsed]));
      const [first, last] = [samples[0], samples.at(-1)];
      return [
        figure({
          id: 'growth',
          title: `bytes that the heap grows by per heartbeat after collection, over ${BEATS.toLocaleString('en')} heartbeats`,
          product: `${megabytes(first?.heapUsed ?? 0)} → ${megabytes(last?.heapUsed ?? 0)}`,
          baseline: null,
          value: perBeat,
          aim: { atMost: MOST_BYTES_PER_BEAT },
          notes: [`resident ${megabytes(first?.rss ?? 0)} → ${megabytes(last?.rss ?? 0)}`],
        }),
      ];
    });
  } finally {
    await directory.remove();
  }
}

async function collected(pid: number, file: string, line: number): Promise<{ heapUsed: number }> {
  process.kill(pid, 'SIGUSR2');
  for (;;) {
    const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean);
    const text = lines[line - 1];
    if (text !== undefined) return JSON.parse(text);
    await sleep(20);
  }
}
