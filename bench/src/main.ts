// `npm run bench` after its set-up: three ratios, each against a bare baseline of the same run. See bench/README.md.
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { root } from '../../tooling/scripts/lib/run.mjs';
import { reportFailure, step } from '../../tooling/scripts/lib/steps.mjs';
import { ensureDemoImage } from '@muster/network/demo-image';
import { ensureDockerEngine } from '@muster/network/docker-engine';
import { createTempDir } from '@muster/runtime/temp-dir';
import { formatFigures, type Figure } from './footprint/figure.ts';
import { measureGrowth } from './footprint/growth.ts';
import { measureHundred } from './footprint/hundred.ts';
import { measureIdle } from './footprint/idle.ts';
import type { Ratio } from './ratio.ts';
import { measureHeartbeats } from './ratios/heartbeats.ts';
import { measureProcedures } from './ratios/procedures.ts';
import { measureTasks } from './ratios/tasks.ts';
import { formatReport } from './report.ts';
import { withStage } from './stage.ts';

const json = process.argv.includes('--json');
// With --json standard output carries one document alone.
if (json) console.log = console.error;

/** `--only heartbeats,tasks`: some of them, for work on one. */
const at = process.argv.indexOf('--only');
const named = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const only = at >= 0 ? (process.argv[at + 1] ?? '').split(',') : named.length > 0 ? named : undefined;
const isWanted = (id: string): boolean => only === undefined || only.includes(id);

const interrupted = new AbortController();
const { signal } = interrupted;
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupted.abort(new Error(`interrupted by ${name}`)));

async function measure(): Promise<Ratio[]> {
  const ratios: Ratio[] = [];
  const add = async (id: string, title: string, run: () => Promise<Ratio>) => {
    signal.throwIfAborted();
    if (isWanted(id)) ratios.push(await step(title, run));
  };
  await add('procedures', 'procedures', () => measureProcedures(signal));
  if (!['heartbeats', 'tasks', 'tasks-egress'].some(isWanted)) return ratios;
  return withStage(async ({ network, engine, miner, db, databaseUrl, buyer, runId }) => {
    const { docker } = engine;
    const daemons = [network.web, miner];
    await add('tasks', 'tasks without a network', () => measureTasks({ buyer, docker, runId, network: 'none', daemons, signal }));
    await add('tasks-egress', 'tasks with a network', () => measureTasks({ buyer, docker, runId, network: 'egress', daemons, signal }));
    await add('heartbeats', 'heartbeats', () => measureHeartbeats({ db, databaseUrl, masterUrl: `${network.url}/master`, runId, signal }));
    return ratios;
  });
}

/** Minutes, most of them idle: only when it is asked for by name. */
async function measureFootprint(): Promise<Figure[]> {
  if (!(only?.includes('footprint') ?? false)) return [];
  const directory = await createTempDir('muster-bench');
  const engine = await ensureDockerEngine({ dataDir: join(directory.path, 'docker') });
  try {
    await ensureDemoImage(engine.docker);
    return [
      ...(await step('an idle minute', () => measureIdle(engine.host, signal))),
      ...(await step('ten thousand heartbeats', () => measureGrowth(engine.host, signal))),
      ...(await step('a hundred allocations', () => measureHundred(engine.host, signal))),
    ];
  } finally {
    await engine.stop();
    // An engine that had to be killed leaves a mount behind; what was measured is not lost for it.
    await directory.remove().catch((error: unknown) => console.log(`  ${directory.path} is left: ${String(error)}`));
  }
}

async function main(): Promise<void> {
  const ratios = await measure();
  const footprint = await measureFootprint();
  const document = { at: new Date().toISOString(), node: process.version, cores: cpus().length, ratios, footprint };
  const file = join(root, '.cache/bench.json');
  await mkdir(join(root, '.cache'), { recursive: true });
  await writeFile(file, `${JSON.stringify(document, null, 2)}\n`);
  if (json) process.stdout.write(`${JSON.stringify(document)}\n`);
  else
    console.log(
      `\n${[...(ratios.length > 0 ? [formatReport(ratios)] : []), ...(footprint.length > 0 ? [formatFigures(footprint)] : [])].join('\n\n')}\n\n${cpus().length} cores, Node ${process.version}; written to .cache/bench.json`,
    );
}

try {
  await main();
} catch (error) {
  process.exitCode = reportFailure(error);
}
