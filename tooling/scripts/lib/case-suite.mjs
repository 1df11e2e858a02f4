// Sets up what a suite of cases needs, then runs it with the arguments of this command.
import { prepare } from './prepare.mjs';
import { run } from './run.mjs';
import { reportFailure } from './steps.mjs';

/** @param {string} main the suite's entry, relative to the root */
export async function runCaseSuite(main) {
  // With --json standard output carries one document alone, so progress goes to standard error.
  if (process.argv.includes('--json')) console.log = console.error;
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  try {
    await prepare();
    const { code } = await run(process.execPath, ['--import', 'tsx', main, ...process.argv.slice(2)], { inherit: true });
    process.exitCode = code;
  } catch (error) {
    process.exitCode = reportFailure(error);
  }
}
