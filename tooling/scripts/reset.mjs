// `npm run reset`: removes what `npm start` keeps between runs (chain, database, keys, images, logs).
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root, run } from './lib/run.mjs';
import { StepError, reportFailure, step } from './lib/steps.mjs';

const dataDir = process.env.MUSTER_DATA_DIR ?? join(root, '.muster');

async function removeData() {
  if (!existsSync(dataDir)) return 'there was none';
  // Only the processes of a network that still runs hold this lock (see tooling/network/src/lock.ts).
  const { code } = await run(process.execPath, ['--import', 'tsx', 'tooling/network/src/bin/is-running.ts', dataDir]);
  if (code === 0)
    throw new StepError('A network is still running on this data.', 'Stop it (Ctrl-C in its terminal), then run `npm run reset` again.');
  await rm(dataDir, { recursive: true, force: true });
  return dataDir;
}

await step('remove the local network’s data', removeData).catch((error) => (process.exitCode = reportFailure(error)));
