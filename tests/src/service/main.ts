// `npm run test:service`: the agent installed as a service under a systemd that is booted for it; see docs/operations/miner.md.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTempDir } from '@muster/runtime/temp-dir';
import { aptInstall } from '../../../tooling/scripts/lib/debian.mjs';
import { reportFailure, step } from '../../../tooling/scripts/lib/steps.mjs';
import { runIsolated } from '../faults/lib/isolate.ts';
import { chooseCases, readCaseOptions, runCases } from '../lib/run-cases.ts';
import { serviceCases } from './cases.ts';
import { makeRoot } from './root.ts';
import { caseOf, setUpStage } from './stage.ts';

/** Names the root of the machine, inside. */
const MACHINE_ROOT = 'MUSTER_SERVICE_MACHINE_ROOT';

async function runInside(machineRoot: string): Promise<boolean> {
  const options = readCaseOptions(process.argv.slice(2));
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  if (options.json) console.log = console.error;
  const stage = await setUpStage(machineRoot);
  try {
    const cases = chooseCases(
      serviceCases.map((one) => caseOf(stage, one)),
      options,
    );
    return await runCases({ title: 'service', cases, options, signal: stopping.signal });
  } finally {
    await stage.stop();
  }
}

/** Outside: packages come over a network that the suite's own namespace does not have. */
async function runOutside(): Promise<number> {
  const tools = [
    ['/usr/bin/systemd-nspawn', 'systemd-container', 'What boots a machine in a folder'],
    ['/usr/bin/mmdebstrap', 'mmdebstrap', 'What makes a Debian in a folder'],
  ] as const;
  for (const [file, name, purpose] of tools) if (!existsSync(file)) await aptInstall([name], purpose);
  const directory = await createTempDir('muster-machine');
  try {
    const machineRoot = join(directory.path, 'root');
    await step('a small Debian with systemd and an engine', () => makeRoot(machineRoot));
    return await runIsolated(fileURLToPath(import.meta.url), process.argv.slice(2), { [MACHINE_ROOT]: machineRoot });
  } finally {
    await rm(directory.path, { recursive: true, force: true });
  }
}

const machineRoot = process.env[MACHINE_ROOT];
if (machineRoot !== undefined) process.exitCode = (await runInside(machineRoot)) ? 0 : 1;
else if (process.getuid?.() !== 0) {
  process.exitCode = reportFailure({
    message: 'A machine with a systemd of its own can only be booted by root, on Debian or a system like it.',
    fix: 'Run it as root: sudo npm run test:service',
  });
} else process.exitCode = await runOutside();
