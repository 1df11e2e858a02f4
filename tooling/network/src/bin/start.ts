// `npm start` after its set-up: the whole network on this machine, a demo on it, one URL, and Ctrl-C to stop all of it.
import { join, resolve } from 'node:path';
import { ensureDirectory } from '@muster/runtime/ensure-directory';
import { bold, dim, formatMs, reportFailure, step, yellow } from '../../../scripts/lib/steps.mjs';
import { StepError } from '../../../scripts/lib/steps.mjs';
import { root } from '../../../scripts/lib/run.mjs';
import { seedDemo } from '../demo.ts';
import { type DockerEngine, ensureDockerEngine } from '../docker-engine.ts';
import { requirePort } from '../free-port.ts';
import { takeLock } from '../lock.ts';
import type { ManagedProcess } from '../managed-process.ts';
import { startNetwork } from '../network.ts';
import { onParentGone } from '../parent-watch.ts';
import { readPorts } from '../ports.ts';

const startedAt = performance.now();

/** Resolves when the person or a supervisor wants the network to end. */
const stopRequested = new Promise<string>((resolveStop) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => resolveStop(signal));
  }
  onParentGone(() => resolveStop('the command that started it has ended'));
});

async function findEngine(dataDir: string): Promise<DockerEngine | undefined> {
  try {
    return await step('Docker Engine', () => ensureDockerEngine({ dataDir: join(dataDir, 'docker') }));
  } catch (error) {
    // An engine that was named and is not there is a mistake to correct; none at all is a machine without Docker.
    if (!(error instanceof StepError) || process.env['DOCKER_HOST']) throw error;
    console.log(`${yellow('!')} ${error.message}\n  ${bold('fix')} ${error.fix}\n  Going on without a local miner.`);
    return undefined;
  }
}

let isStopping = false;
void stopRequested.then(() => (isStopping = true));

/** Resolves when a daemon ends that should not. A miner whose run was closed, or that left it, ends in order: the network goes on. */
async function whenBroken(daemon: ManagedProcess): Promise<{ daemon: ManagedProcess }> {
  await daemon.exited;
  if (isStopping) return new Promise(() => {});
  if (daemon.name !== 'miner' || daemon.exitCode !== 0) return { daemon };
  console.log(`${yellow('!')} The local miner has ended: its part in the run is over. The next \`npm start\` begins a new one.`);
  return new Promise(() => {});
}

async function main(): Promise<number> {
  const dataDir = resolve(process.env['MUSTER_DATA_DIR'] ?? join(root, '.muster'));
  const ports = readPorts(process.env);
  await ensureDirectory(dataDir);
  const lock = takeLock(dataDir);
  const stops: (() => Promise<void>)[] = [];
  try {
    await requirePort(ports.web, { what: 'the dashboard', variable: 'PORT' });
    await requirePort(ports.rpc, { what: 'the development chain', variable: 'MUSTER_RPC_PORT' });
    await requirePort(ports.miner, { what: 'the local miner', variable: 'MUSTER_MINER_PORT' });
    const interrupted = stopRequested.then((reason) => ({ reason }));
    const up = (async () => {
      const engine = await findEngine(dataDir);
      if (engine) stops.push(() => engine.stop());
      const network = await startNetwork({ dataDir, ports, engine, onProcess: lock.add });
      stops.push(() => network.stop());
      await seedDemo(network, { dataDir, engine, minerPort: ports.miner });
      return network;
    })();
    const first = await Promise.race([up, interrupted]);
    if ('reason' in first) {
      await up.catch(() => {});
      return 130;
    }
    console.log(`\n${bold(`Muster is up: ${first.url}`)} ${dim(`(${formatMs(performance.now() - startedAt)})`)}`);
    console.log(
      dim(`Logs: ${join(dataDir, 'logs')} · Ctrl-C stops everything · the next \`npm start\` resumes · \`npm run reset\` clears`),
    );
    const end = await Promise.race([interrupted, ...first.processes().map(whenBroken)]);
    if ('reason' in end) return 0;
    throw new StepError(
      `${end.daemon.name} ended (${end.daemon.end}):\n${end.daemon.lastLines()}`,
      `Read ${join(dataDir, 'logs', `${end.daemon.name}.log`)}.`,
    );
  } finally {
    if (stops.length > 0)
      await step('stop everything', async () => {
        for (const stop of stops.toReversed()) await stop();
      });
    lock.release();
  }
}

process.exitCode = await main().catch(reportFailure);
