// `npm run test:faults`: faults done to a real agent between a real engine and a real master; see docs/operations/faults.md.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { aptInstall } from '../../../tooling/scripts/lib/debian.mjs';
import { reportFailure } from '../../../tooling/scripts/lib/steps.mjs';
import { chooseCases, readCaseOptions, runCases, type Case } from '../lib/run-cases.ts';
import { FAULTS } from './cases.ts';
import { FAKETIME } from './cases/machine.ts';
import type { Fault } from './fault.ts';
import { openLane } from './lib/lane.ts';

/** Most of a case is waiting: four of them keep two cores less than busy. */
const MOST_LANES = 4;
const LANE = fileURLToPath(new URL('lane.ts', import.meta.url));

/** What the cases do their harm with. Outside: there is no network in the lanes' own namespaces. */
async function installTools(): Promise<void> {
  if (!existsSync('/usr/sbin/dockerd') && !existsSync('/usr/bin/dockerd'))
    await aptInstall(['docker.io', 'containerd', 'runc', 'iptables'], 'Docker Engine');
  if (!existsSync('/usr/sbin/nft')) await aptInstall(['nftables'], 'A firewall to be emptied');
  if (!existsSync(FAKETIME)) await aptInstall(['libfaketime'], 'A library that moves the clock of one program');
}

async function main(): Promise<number> {
  const options = readCaseOptions(process.argv.slice(2));
  const faults = chooseCases(FAULTS, options).toSorted((a, b) => (b.seconds ?? 0) - (a.seconds ?? 0));
  await installTools();

  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  const progress = options.json ? 2 : 1;
  const count = Math.min(MOST_LANES, faults.length);
  const opened = await Promise.allSettled(Array.from({ length: count }, (_, i) => openLane(LANE, i === 0 ? progress : 'ignore')));
  const lanes = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  try {
    for (const one of opened) if (one.status === 'rejected') throw one.reason;
    for (const { ended } of lanes) void ended.then(() => stopping.abort());
    const inLane = ({ name }: Fault): Case => ({
      name,
      run: async ({ lane }) => lanes[lane]?.run({ name, seed: options.seed }) ?? Promise.reject(new Error(`there is no lane ${lane}`)),
    });
    const ok = await runCases({ title: 'faults', cases: faults.map(inLane), options, signal: stopping.signal, lanes: count });
    return ok ? 0 : 1;
  } finally {
    await Promise.all(lanes.map((lane) => lane.stop()));
  }
}

process.exitCode = await main().catch(reportFailure);
