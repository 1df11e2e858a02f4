// `npm run bench [-- --json] [-- --only heartbeats,tasks]`: the product against bare baselines of the same run (bench/README.md).
import { prepare } from './lib/prepare.mjs';
import { run } from './lib/run.mjs';
import { reportFailure } from './lib/steps.mjs';

const json = process.argv.includes('--json');
// With --json standard output carries one document alone, so progress goes to standard error.
if (json) console.log = console.error;
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

try {
  await prepare();
  const { code } = await run(process.execPath, ['--import', 'tsx', 'bench/src/main.ts', ...process.argv.slice(2)], { inherit: true });
  process.exitCode = code;
} catch (error) {
  process.exitCode = reportFailure(error);
}
