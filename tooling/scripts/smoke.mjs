// `npm run smoke [-- --json]`: every arrow of the protocol, through the public interfaces, with evidence read back.
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
  const { code } = await run(process.execPath, ['--import', 'tsx', 'tooling/network/src/bin/smoke.ts', ...process.argv.slice(2)], {
    inherit: true,
  });
  process.exitCode = code;
} catch (error) {
  process.exitCode = reportFailure(error);
  // Nothing was reached, and the reader still gets his document.
  if (json) process.stdout.write('{"ok":false,"arrows":[]}\n');
}
