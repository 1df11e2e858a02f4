// `npm test` after its set-up: everything there is to check, in two lanes for two cores, closing with one count. Of the suites of cases
// it runs a selection; `-- --all` runs all of them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportFailure, step } from '../../../scripts/lib/steps.mjs';
import { ensureChromium } from '../chromium.ts';
import { ensureDemoImage } from '../demo-image.ts';
import { ensureDockerEngine } from '../docker-engine.ts';
import { type Stage, type Tally, countClosingLine, runStage, sum, vitestStage } from '../test/stage.ts';

const bin = (name: string) => `node_modules/.bin/${name}`;

async function inOrder(stages: Stage[]): Promise<Tally> {
  const tallies: Tally[] = [];
  for (const stage of stages) tallies.push(await runStage(stage));
  return sum(tallies);
}

/** A suite of cases: those that are quick or, with `npm test -- --all`, every one. */
const suiteStage = (name: string, main: string, env: Record<string, string>): Stage => ({
  name,
  command: process.execPath,
  args: ['--import', 'tsx', main, ...(process.argv.includes('--all') ? [] : ['--quick'])],
  env,
  count: countClosingLine,
});

async function main(): Promise<number> {
  const dir = await mkdtemp(join(tmpdir(), 'muster-test-'));
  const chromium = await step('Chromium', ensureChromium);
  const engine = await step('Docker Engine', () => ensureDockerEngine({ dataDir: join(dir, 'docker') }));
  try {
    await step('demo image', () => ensureDemoImage(engine.docker));
    const env = { DOCKER_HOST: engine.host, MUSTER_CHROMIUM: chromium };
    const node = process.execPath;
    const checks: Stage[] = [
      { name: 'types', command: node, args: ['tooling/scripts/check-types.mjs'], count: countClosingLine },
      { name: 'lint', command: bin('oxlint'), args: ['--config', 'oxlint.config.mjs', '--deny-warnings'] },
      { name: 'format', command: bin('oxfmt'), args: ['--check'] },
      { name: 'dead code', command: bin('knip'), args: ['--no-progress'] },
      vitestStage('unit, property and integration', ['unit', 'prop', 'int'], env),
    ];
    const builds: Stage[] = [
      { name: 'contracts', command: node, args: ['contracts/scripts/test.mjs'], count: countClosingLine },
      { name: 'build', command: 'npx', args: ['--yes', 'pnpm@12', 'exec', 'turbo', 'run', 'build', '--output-logs=errors-only'] },
      vitestStage('end to end', ['e2e'], env),
      { name: 'smoke', command: node, args: ['--import', 'tsx', 'tooling/network/src/bin/smoke.ts'], env, count: countClosingLine },
    ];
    const lanes = await Promise.all([inOrder(checks), inOrder(builds)]);
    // Alone: they watch the clock.
    const suites: Stage[] = [
      suiteStage('hostile containers', 'tests/src/hostile/main.ts', env),
      // Brings an engine of its own: it kills it.
      suiteStage('faults', 'tests/src/faults/main.ts', env),
    ];
    const { passed, failed } = sum([...lanes, await inOrder(suites)]);
    console.log(`\n${passed} passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
  } finally {
    await engine.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

process.exitCode = await main().catch(reportFailure);
