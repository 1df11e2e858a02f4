import { join } from 'node:path';
import { addValidator } from '@muster/chain/actions/add-validator';
import { startDevChain } from '@muster/chain/testing/dev-chain';
import { createTempDir } from '@muster/runtime/temp-dir';
import { toHex } from 'viem';
import { devBuyer } from '../src/chain.ts';
import { type Surroundings, startMiner, startValidator, startWeb } from '../src/daemons.ts';
import { demoImage } from '../src/demo-image.ts';
import { freePort } from '../src/free-port.ts';
import { loadNetworkKeys } from '../src/keys.ts';
import type { ManagedProcess } from '../src/managed-process.ts';
import { createMusterCli, type MusterCli } from '../src/muster-cli.ts';
import { createNatLab, type NatLab } from '../src/nat-lab.ts';

interface LabMiner {
  name: string;
  /** At home, behind the router; or on this machine, beside its engine. */
  at: 'home' | 'here';
  reach: { MUSTER_LISTEN_HOST: string; MUSTER_ENDPOINT: string };
  env?: Record<string, string>;
}

/** The built daemons: chain, master, discovery and validator on this machine, at an address that a machine at home reaches. */
export interface LabNetwork {
  lab: NatLab;
  buyer: MusterCli;
  /** Each for a run of its own. */
  startMiner(miner: LabMiner): Promise<{ miner: ManagedProcess; runId: string }>;
  stop(): Promise<void>;
}

export const MINER_PORT = 7700;

export async function startLabNetwork(): Promise<LabNetwork> {
  const lab = await createNatLab();
  const stops: (() => Promise<unknown>)[] = [() => lab.remove()];
  const stop = async () => {
    for (const each of stops.splice(0).toReversed()) await each();
  };
  try {
    const directory = await createTempDir('muster-lab-');
    stops.push(() => directory.remove());
    const chain = await startDevChain({ host: lab.outside });
    stops.push(() => chain.stop());
    const dataDir = directory.path;
    const { registry, validatorSet, deploymentBlock } = chain.addresses;
    const port = await freePort();
    const url = `http://${lab.outside}:${port}`;
    const keys = await loadNetworkKeys(dataDir);
    for (const { address } of [keys.validator, keys.provider]) await chain.cheat('anvil_setBalance', [address, toHex(10n ** 19n)]);
    await addValidator({ sender: chain.sender('deployer'), validatorSet }, { validator: keys.validator.address });
    const extraEnv = { MUSTER_HEARTBEAT_MS: '5000' };
    const { chainId, rpcUrl } = chain.anvil;
    const surroundings: Surroundings = { dataDir, chainId, rpcUrl, registry, validatorSet, deploymentBlock, extraEnv };
    const daemons: ManagedProcess[] = [];
    stops.push(() => Promise.all(daemons.map((daemon) => daemon.stop())));
    const web = startWeb(surroundings, { port, host: lab.outside, keyFile: keys.master.file });
    daemons.push(web, startValidator(surroundings, { keyFile: keys.validator.file, image: demoImage }));
    await web.waitForEvent('ready', { timeoutMs: 240_000 });
    return {
      lab,
      buyer: createMusterCli({ url, key: devBuyer.key, stateDir: join(dataDir, 'cli') }),
      async startMiner({ name, at, reach, env = {} }) {
        const runId = await chain.createRun({ master: keys.master.address, discoveryUri: `${url}/discovery` });
        const place = at === 'home' ? { namespace: lab.home } : {};
        const miner = startMiner(
          { ...surroundings, ...place, extraEnv: { ...extraEnv, ...env } },
          {
            name,
            runId,
            port: MINER_PORT,
            reach,
            nodeKeyFile: join(dataDir, name, 'node.key'),
            provider: { keyFile: keys.provider.file },
            dockerHost: process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock',
            dashboardUrl: url,
          },
        );
        daemons.push(miner);
        return { miner, runId };
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
