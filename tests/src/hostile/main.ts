// Hostile containers, each against the built agent and a real Docker Engine: `npm run test:hostile [-- --seed N] [--json] [--only TEXT] [--quick]`.
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@muster/miner-agent/testing/test-docker';
import { ensureDockerEngine } from '@muster/network/docker-engine';
import { ensureDemoImage } from '@muster/network/demo-image';
import { createTempDir } from '@muster/runtime/temp-dir';
import { reportFailure } from '../../../tooling/scripts/lib/steps.mjs';
import { chooseCases, readCaseOptions, runCases } from '../lib/run-cases.ts';
import { MiB, shell } from './attack.ts';
import { diskAttacks } from './attacks/disk.ts';
import { environmentAttacks } from './attacks/environment.ts';
import { kernelAttacks } from './attacks/kernel.ts';
import { memoryAttacks } from './attacks/memory.ts';
import { networkAttacks } from './attacks/network.ts';
import { orderAttacks } from './attacks/orders.ts';
import { processAttacks } from './attacks/processes.ts';
import { controlCase } from './control.ts';
import { hostVisits, stopHost } from './host-port.ts';
import { ensureHostileImage, hostileImage } from './images.ts';
import { internetCase } from './internet.ts';
import { caseOfAttack, caseOfOrder, type Theatre } from './run-attack.ts';
import { setUpStage } from './stage.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const ATTACKS = [...processAttacks, ...memoryAttacks, ...diskAttacks, ...kernelAttacks, ...networkAttacks, ...environmentAttacks];

async function main(): Promise<number> {
  const options = readCaseOptions(process.argv.slice(2));
  if (options.json) console.log = console.error;
  const directory = await createTempDir('muster-hostile-engine');
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  const closers: (() => Promise<void> | void)[] = [directory.remove];
  try {
    const engine = await ensureDockerEngine({ dataDir: directory.path });
    closers.push(engine.stop);
    await ensureDemoImage(engine.docker);
    await ensureHostileImage(engine.docker);
    closers.push(stopHost);
    const stage = await setUpStage({ dockerHost: engine.host, root });
    closers.push(stage.stop);
    const neighbour = stage.place({
      image: hostileImage,
      command: shell('while :; do echo tick; sleep 0.25; done'),
      resources: { memoryBytes: 96 * MiB, cpu: 0.25 },
    });
    await waitFor(() => stage.master.linesOf(neighbour).length > 2);
    const { DockerRootDir } = await engine.docker.info();
    const theatre: Theatre = {
      stage,
      docker: engine.docker,
      neighbour,
      diskPath: existsSync(DockerRootDir) ? DockerRootDir : dirname(stage.dataDir),
    };
    const enter = async () => theatre;
    const isGvisor = process.env['MUSTER_RUNTIME'] !== undefined;
    const cases = [
      controlCase(engine.docker),
      ...(isGvisor ? [] : [internetCase(enter)]),
      ...ATTACKS.filter(({ sharedKernel }) => !(isGvisor && sharedKernel)).map((attack) => caseOfAttack(attack, enter)),
      ...orderAttacks.map((attack) => caseOfOrder(attack, enter)),
    ];
    const ok = await runCases({
      title: 'hostile containers',
      cases: chooseCases(cases, options),
      options,
      signal: interrupted.signal,
    });
    if (hostVisits() > 0) throw new Error("somebody came to the machine's own service");
    return ok ? 0 : 1;
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

process.exitCode = await main().catch(reportFailure);
