import { deepStrictEqual } from 'node:assert';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDatabase, type Database } from '@muster/db/client';
import { freePort } from '@muster/network/free-port';
import { startNetwork, type Network } from '@muster/network/network';
import { createLogger } from '@muster/runtime/logger';
import { createTempDir } from '@muster/runtime/temp-dir';
import { root } from '../../../tooling/scripts/lib/run.mjs';
import { until } from '../faults/lib/until.ts';
import type { Case } from '../lib/run-cases.ts';
import { bootMachine, type Machine, type Said } from './machine.ts';

const HEARTBEAT_MS = 5_000;

/** Where a miner who has just cloned it would have it: below a home that is closed to others. */
export const HOME = '/home/miner';
const CLONE = `${HOME}/muster`;
export const DATA = `${HOME}/.muster/miner`;
/** The same clone where a user of the service's own can read it. */
const SHARED_CLONE = '/opt/muster';
export const SHARED_DATA = '/var/lib/muster';

export interface ServiceCase {
  name: string;
  /** What was seen, in a sentence. */
  run(stage: ServiceStage): Promise<string>;
}

/** A whole network, and beside it a machine of a miner's with a systemd, on which the agent is installed. */
export interface ServiceStage {
  network: Network;
  db: Database;
  machine: Machine;
  engine: ReturnType<Machine['engine']>;
  /** The present run; another one when a case has ended the node's part in it. */
  runId: string;
  /** Another run, which the settings in both places name from now on. */
  newRun(): Promise<void>;
  /** The agent's command line, as root. */
  miner(args: readonly string[], dataDir?: string): Promise<Said>;
  stop(): Promise<void>;
}

export async function setUpStage(machineRoot: string): Promise<ServiceStage> {
  const directory = await createTempDir('ms');
  const undo: (() => Promise<unknown>)[] = [() => directory.remove()];
  const stop = async () => {
    for (const each of undo.splice(0).toReversed()) await each().catch((error: unknown) => console.error('while tidying up:', error));
  };
  try {
    const inside = (path: string) => join(machineRoot, path);
    await mkdir(inside(HOME), { recursive: true, mode: 0o700 });
    const machine = await bootMachine({
      root: machineRoot,
      shown: [
        [root, CLONE],
        [root, SHARED_CLONE],
        [process.execPath, '/usr/local/bin/node'],
      ],
      logFile: join(directory.path, 'machine.log'),
    });
    undo.push(() => machine.stop());
    const dataDir = join(directory.path, 'n');
    await mkdir(dataDir, { mode: 0o700 });
    const network = await startNetwork({
      dataDir,
      ports: { web: await freePort(), rpc: await freePort() },
      engine: { ...machine.engine(), origin: 'running', stop: async () => undefined },
      extraEnv: { MUSTER_HEARTBEAT_MS: String(HEARTBEAT_MS) },
    });
    undo.push(() => network.stop());
    const db = await createDatabase({ url: await network.databaseUrl(), logger: createLogger({ name: 'service', level: 'silent' }) });
    undo.push(() => db.close());
    await machine.run(['useradd', '--home-dir', HOME, 'owner']);
    for (const place of [DATA, SHARED_DATA]) {
      await mkdir(inside(place), { recursive: true, mode: 0o700 });
      await cp(network.keys.provider.file, inside(`${place}/provider.key`));
    }
    await machine.run(['chown', 'owner:', HOME]);
    await machine.run(['chown', '-R', 'owner:', `${HOME}/.muster`]);

    const stage: ServiceStage = {
      network,
      db,
      machine,
      get engine() {
        return machine.engine();
      },
      runId: '',
      async newRun() {
        const creation = ['run', 'create', '--requirements', 'cpu: 1..', '--discovery', `${network.url}/discovery`, '--wait'];
        stage.runId = (await network.buyer.run<{ runId: string }>(creation)).runId;
        for (const place of [DATA, SHARED_DATA])
          await writeFile(
            inside(`${place}/config.yaml`),
            settingsOf(network, { runId: stage.runId, dataDir: place, port: await freePort() }),
          );
      },
      miner: (args, where = DATA) =>
        machine.run([`${where === DATA ? CLONE : SHARED_CLONE}/apps/miner-agent/bin/muster-miner`, ...args, '--data-dir', where]),
      stop,
    };
    await stage.newRun();
    return stage;
  } catch (error) {
    await stop();
    throw error;
  }
}

const settingsOf = ({ chain }: Network, { runId, dataDir, port }: { runId: string; dataDir: string; port: number }) => `runId: ${runId}
rpcUrl: ${chain.rpcUrl}
registry: "${chain.registry}"
validatorSet: "${chain.validatorSet}"
deploymentBlock: ${chain.deploymentBlock}
providerKeyFile: ${dataDir}/provider.key
listenHost: 127.0.0.1
listenPort: ${port}
endpoint: http://127.0.0.1:${port}
`;

/** Of the unit, as systemd has it. */
export async function propertiesOf({ machine }: ServiceStage): Promise<Record<string, string>> {
  const names = ['ActiveState', 'SubState', 'UnitFileState', 'MainPID', 'NRestarts', 'ExecMainStatus', 'Result', 'InvocationID'];
  const { stdout } = await machine.run(['systemctl', 'show', `--property=${names.join(',')}`, 'muster-miner']);
  return Object.fromEntries(
    stdout.split('\n').flatMap((line) => (line.includes('=') ? [[line.split('=', 1)[0], line.slice(line.indexOf('=') + 1)]] : [])),
  );
}

/** What the service has said in its present life, as the journal has it. */
export async function journalOf(stage: ServiceStage): Promise<string[]> {
  const { InvocationID = '' } = await propertiesOf(stage);
  const { stdout } = await stage.machine.run(['journalctl', '--no-pager', '--output=cat', `_SYSTEMD_INVOCATION_ID=${InvocationID}`]);
  return stdout.split('\n').filter(Boolean);
}

/** The service's present life has its session, and the master counts on it. */
export const untilServes = (stage: ServiceStage) =>
  until('a node that takes work', async () => {
    if (!(await journalOf(stage)).some((line) => line.includes('"event":"session.opened"'))) return false;
    return (await stage.db.prisma.nodeState.findFirst({ where: { runId: stage.runId, phase: 'Healthy' } })) !== null;
  });

export function succeeded({ code, stdout, stderr }: Said): string {
  deepStrictEqual(code, 0, stdout + stderr);
  return stdout;
}

/** Every case begins with a node that serves as root's service, whatever the one before it left behind. */
export const caseOf = (stage: ServiceStage, { name, run }: ServiceCase): Case => ({
  name,
  async run() {
    try {
      if ((await propertiesOf(stage))['ActiveState'] !== 'active') succeeded(await stage.miner(['service', 'install']));
      await untilServes(stage);
      return await run(stage);
    } catch (error) {
      const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const { stdout } = await stage.machine.run(['journalctl', '--no-pager', '--output=cat', '--unit=muster-miner', '--lines=15']);
      throw new Error(`${said}\nthe journal's last lines:\n${stdout}`, { cause: error });
    }
  },
});
