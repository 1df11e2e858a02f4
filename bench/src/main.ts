// `npm run bench` after its set-up: three ratios, each against a bare baseline of the same run. See bench/README.md.
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { root } from '../../tooling/scripts/lib/run.mjs';
import { reportFailure, step } from '../../tooling/scripts/lib/steps.mjs';
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
const only = at < 0 ? undefined : (process.argv[at + 1] ?? '').split(',');
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

async function main(): Promise<void> {
  const ratios = await measure();
  const document = { at: new Date().toISOString(), node: process.version, cores: cpus().length, ratios };
  const file = join(root, '.cache/bench.json');
  await mkdir(join(root, '.cache'), { recursive: true });
  await writeFile(file, `${JSON.stringify(document, null, 2)}\n`);
  if (json) process.stdout.write(`${JSON.stringify(document)}\n`);
  else console.log(`\n${formatReport(ratios)}\n\n${cpus().length} cores, Node ${process.version}; written to .cache/bench.json`);
}

try {
  await main();
} catch (error) {
  process.exitCode = reportFailure(error);
}
