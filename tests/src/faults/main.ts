// `npm run test:faults`: faults done to a real agent between a real engine and a real master; see docs/operations/faults.md.
import { fileURLToPath } from 'node:url';
import { readCaseOptions, runCases } from '../lib/run-cases.ts';
import { existsSync } from 'node:fs';
import { aptInstall } from '../../../tooling/scripts/lib/debian.mjs';
import { chainFaults } from './cases/chain.ts';
import { crashFaults } from './cases/crash.ts';
import { cutOffFaults } from './cases/cut-off.ts';
import { engineFaults } from './cases/engine.ts';
import { FAKETIME, machineFaults } from './cases/machine.ts';
import { caseOf } from './fault.ts';
import { runIsolated } from './lib/isolate.ts';
import { setUpStage } from './stage.ts';

const INSIDE = 'MUSTER_FAULTS_INSIDE';
const FAULTS = [...crashFaults, ...engineFaults, ...cutOffFaults, ...machineFaults, ...chainFaults];

async function runInside(): Promise<boolean> {
  const options = readCaseOptions(process.argv.slice(2));
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  if (options.json) console.log = console.error;
  const stage = await setUpStage();
  try {
    return await runCases(
      'faults',
      FAULTS.map((fault) => caseOf(stage, fault)),
      options,
      stopping.signal,
    );
  } finally {
    await stage.stop();
  }
}

/** What the cases do their harm with. Outside: there is no network in the suite's own namespace. */
async function installTools(): Promise<void> {
  if (!existsSync('/usr/sbin/dockerd') && !existsSync('/usr/bin/dockerd'))
    await aptInstall(['docker.io', 'containerd', 'runc', 'iptables'], 'Docker Engine');
  if (!existsSync(FAKETIME)) await aptInstall(['libfaketime'], 'A library that moves the clock of one program');
}

if (process.env[INSIDE] === '1') process.exitCode = (await runInside()) ? 0 : 1;
else {
  await installTools();
  process.exitCode = await runIsolated(fileURLToPath(import.meta.url), process.argv.slice(2), INSIDE);
}
