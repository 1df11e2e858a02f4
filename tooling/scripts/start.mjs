// `npm start`: sets up what is missing, then brings up the whole network and prints one URL.
import { prepare } from './lib/prepare.mjs';
import { run } from './lib/run.mjs';
import { bold, reportFailure } from './lib/steps.mjs';

// The network's own process answers Ctrl-C; this one waits until it has stopped everything.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

try {
  console.log(bold('Muster: bringing up the whole network on this machine\n'));
  await prepare();
  const { code } = await run(process.execPath, ['--import', 'tsx', 'tooling/network/src/bin/start.ts', ...process.argv.slice(2)], {
    inherit: true,
  });
  process.exitCode = code;
} catch (error) {
  process.exitCode = reportFailure(error);
}
