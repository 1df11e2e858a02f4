// `npm test [-- --all]`: sets up what is missing, then runs every test there is; without --all the quick ones of the longest suites.
import { prepare } from './lib/prepare.mjs';
import { run } from './lib/run.mjs';
import { reportFailure } from './lib/steps.mjs';

try {
  await prepare({ build: false });
  const { code } = await run(process.execPath, ['--import', 'tsx', 'tooling/network/src/bin/test.ts', ...process.argv.slice(2)], {
    inherit: true,
  });
  process.exitCode = code;
} catch (error) {
  process.exitCode = reportFailure(error);
  console.log('\n0 passed, 1 failed');
}
