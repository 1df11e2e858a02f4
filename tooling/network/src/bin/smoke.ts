// `npm run smoke` after its set-up: a fresh network, every arrow of docs/arrows.json driven through the public interfaces.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../../scripts/lib/run.mjs';
import { reportFailure } from '../../../scripts/lib/steps.mjs';
import { ensureDockerEngine } from '../docker-engine.ts';
import { type ArrowResult, createRecorder } from '../smoke/arrow.ts';
import { describeLeftovers, findOnHost } from '../smoke/leftovers.ts';
import { runSmoke } from '../smoke/run-smoke.ts';

const json = process.argv.includes('--json');
// With --json standard output carries one document alone.
if (json) console.log = console.error;

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort(new Error(`interrupted by ${signal}`)));

async function arrowIds(): Promise<string[]> {
  const arrows = JSON.parse(await readFile(join(root, 'docs/arrows.json'), 'utf8')) as { id: string }[];
  return arrows.map(({ id }) => id);
}

async function main(): Promise<{ ok: boolean; arrows: ArrowResult[]; leftovers: string[] }> {
  const dir = await mkdtemp(join(tmpdir(), 'muster-smoke-'));
  const recorder = createRecorder((line) => console.log(line));
  const pids: number[] = [];
  const left = { containers: [] as string[], networks: [] as string[] };
  try {
    const engine = await ensureDockerEngine({ dataDir: join(dir, 'docker') });
    try {
      Object.assign(
        left,
        await runSmoke({ dataDir: dir, engine, recorder, signal: interrupted.signal, onProcess: (pid) => pid && pids.push(pid) }),
      );
    } finally {
      await engine.stop();
    }
  } catch (error) {
    reportFailure(error);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  const leftovers = describeLeftovers({ ...left, ...findOnHost(pids, dir) });
  const done = recorder.results();
  const missing = (await arrowIds()).filter((id) => !done.some((arrow) => arrow.id === id));
  const arrows = [...done, ...missing.map((id) => ({ id, ok: false, evidence: 'not reached', ms: 0 }))];
  return { ok: leftovers.length === 0 && arrows.every(({ ok }) => ok), arrows, leftovers };
}

const { ok, arrows, leftovers } = await main();
for (const line of leftovers) console.error(`left behind: ${line}`);
if (json) process.stdout.write(`${JSON.stringify({ ok, arrows })}\n`);
const passed = arrows.filter((arrow) => arrow.ok).length;
console.log(`\n${passed} passed, ${arrows.length - passed + Number(leftovers.length > 0)} failed`);
process.exitCode = ok ? 0 : 1;
