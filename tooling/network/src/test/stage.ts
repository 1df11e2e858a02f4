import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, tail } from '../../../scripts/lib/run.mjs';
import { dim, formatMs, green, red } from '../../../scripts/lib/steps.mjs';

export interface Tally {
  passed: number;
  failed: number;
}

/** One part of the whole test run: a command, and how its output is counted. */
export interface Stage {
  name: string;
  command: string;
  args: string[];
  env?: Record<string, string>;
  /** Counts the tests of a finished command; without it the stage is one test. */
  count?: (output: string) => Tally | undefined;
}

const logDir = join(root, '.cache', 'test');

/** Runs a stage and prints its result; a command that fails counts as a failure even when its tally shows none. */
export async function runStage({ name, command, args, env = {}, count }: Stage): Promise<Tally> {
  const startedAt = performance.now();
  const { code, output } = await run(command, args, { env: { FORCE_COLOR: '0', NO_COLOR: '1', ...env } });
  mkdirSync(logDir, { recursive: true });
  const logFile = join(logDir, `${name.replaceAll(/\W+/g, '-')}.log`);
  writeFileSync(logFile, output);
  const counted = count ? count(output) : { passed: Number(code === 0), failed: Number(code !== 0) };
  const tally = counted ?? { passed: 0, failed: 1 };
  // A stage that counted nothing proved nothing.
  if (tally.failed === 0 && (code !== 0 || tally.passed === 0)) tally.failed = 1;
  const ok = tally.failed === 0;
  console.log(
    `${ok ? green('✓') : red('✗')} ${name}: ${tally.passed} passed, ${tally.failed} failed ${dim(formatMs(performance.now() - startedAt))}`,
  );
  if (!ok) console.log(`${tail(output, 80)}\n${dim(`all of it: ${logFile}`)}`);
  return tally;
}

export const sum = (tallies: Tally[]): Tally =>
  tallies.reduce((total, { passed, failed }) => ({ passed: total.passed + passed, failed: total.failed + failed }), {
    passed: 0,
    failed: 0,
  });

/** Reads the closing line `N passed, N failed` that our own scripts print. */
export function countClosingLine(output: string): Tally | undefined {
  const found = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1);
  return found ? { passed: Number(found[1]), failed: Number(found[2]) } : undefined;
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { status: 'passed' | 'failed'; assertionResults: { status: string }[] }[];
}

/** A vitest run of some projects, counted from its JSON report; a file that fails to load is a failure too. */
export function vitestStage(name: string, projects: string[], env: Record<string, string> = {}): Stage {
  const report = join(logDir, `vitest-${projects.join('-')}.json`);
  return {
    name,
    command: join(root, 'node_modules/.bin/vitest'),
    args: [
      'run',
      ...projects.flatMap((project) => ['--project', project]),
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    env,
    count: () => {
      const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8')) as VitestReport;
      const isBroken = (file: VitestReport['testResults'][number]) =>
        file.status === 'failed' && file.assertionResults.every(({ status }) => status !== 'failed');
      return { passed: numPassedTests, failed: numFailedTests + testResults.filter(isBroken).length };
    },
  };
}
