import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../stats.ts';
import { withAgent } from './agent-stage.ts';
import { figure, megabytes, type Figure } from './figure.ts';
import { enginePids, processorMs, residentBytes } from './process-figures.ts';

/** For what starting leaves behind to be collected. */
const SETTLE_MS = 20_000;
const IDLE_MS = 60_000;
const SAMPLES = 12;

/** An agent with an open session and nothing to do, as on a public chain: a beat every 30 s, a look at the chain every 15 s. */
export function measureIdle(dockerHost: string, signal: AbortSignal): Promise<Figure[]> {
  return withAgent({ dockerHost, heartbeatMs: 30_000, env: { MUSTER_CHAIN_POLL_MS: '15000' } }, async ({ pid }) => {
    const engine = await enginePids(dockerHost);
    await sleep(SETTLE_MS, undefined, { signal });
    const [agentSizes, engineSizes]: [number[], number[]] = [[], []];
    const before = await processorMs(pid);
    const startedAt = performance.now();
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      await sleep(IDLE_MS / SAMPLES, undefined, { signal });
      agentSizes.push(await residentBytes(pid));
      engineSizes.push((await Promise.all(engine.map(residentBytes))).reduce((sum, size) => sum + size, 0));
    }
    const busyMs = (await processorMs(pid)) - before;
    const percent = (100 * busyMs) / (performance.now() - startedAt);
    const [agent, baseline] = [median(agentSizes), median(engineSizes)];
    return [
      figure({
        id: 'memory',
        title: 'resident memory of the idle agent ÷ that of dockerd and its containerd, medians over a minute',
        product: megabytes(agent),
        baseline: megabytes(baseline),
        value: agent / baseline,
        aim: { atMost: 0.65 },
        notes: [`agent ${megabytes(Math.min(...agentSizes))} … ${megabytes(Math.max(...agentSizes))}`],
      }),
      figure({
        id: 'processor',
        title: 'per cent of a core that the idle agent takes over the same minute, children included',
        product: `${busyMs} ms`,
        baseline: null,
        value: percent,
        aim: { atMost: 0.3 },
      }),
    ];
  });
}
