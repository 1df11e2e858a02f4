import { join } from 'node:path';
import { addValidator } from '@muster/chain/actions/add-validator';
import { type DevChain, startDevChain } from '@muster/chain/testing/dev-chain';
import { type RpcProxy, startRpcProxy } from '@muster/chain/testing/rpc-proxy';
import { createTempDir } from '@muster/runtime/temp-dir';
import { toHex } from 'viem';
import { devBuyer } from '../src/chain.ts';
import { type Surroundings, startMiner, startValidator, startWeb } from '../src/daemons.ts';
import { demoImage } from '../src/demo-image.ts';
import { freePort } from '../src/free-port.ts';
import { loadNetworkKeys } from '../src/keys.ts';
import type { ManagedProcess } from '../src/managed-process.ts';
import { createMusterCli, type MusterCli } from '../src/muster-cli.ts';

/** The built daemons over a chain whose RPC can be taken away from them, while the buyer's chain stays in reach of the test. */
export interface ProxiedNetwork {
  chain: DevChain;
  rpc: RpcProxy;
  runId: string;
  url: string;
  web: ManagedProcess;
  validator: ManagedProcess;
  miner: ManagedProcess;
  buyer: MusterCli;
  /** What `/readyz` answers. */
  readiness(): Promise<{ status: string }>;
  stop(): Promise<void>;
}

/** Starts everything while the RPC answers nobody, and a run on the chain behind it. */
export async function startWithoutRpc(): Promise<ProxiedNetwork> {
  const directory = await createTempDir('muster-proxied-');
  const dataDir = directory.path;
  const chain = await startDevChain();
  const rpc = await startRpcProxy(chain.anvil.rpcUrl);
  const [webPort, minerPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${webPort}`;
  const keys = await loadNetworkKeys(dataDir);
  const { registry, validatorSet, deploymentBlock } = chain.addresses;
  for (const { address } of [keys.validator, keys.provider]) await chain.cheat('anvil_setBalance', [address, toHex(10n ** 19n)]);
  await addValidator({ sender: chain.sender('deployer'), validatorSet }, { validator: keys.validator.address });
  const runId = await chain.createRun({ master: keys.master.address, discoveryUri: `${url}/discovery` });

  rpc.refuse();
  const surroundings: Surroundings = {
    dataDir,
    chainId: chain.anvil.chainId,
    rpcUrl: rpc.url,
    registry,
    validatorSet,
    deploymentBlock,
    extraEnv: { MUSTER_HEARTBEAT_MS: '5000' },
  };
  const web = startWeb(surroundings, { port: webPort, keyFile: keys.master.file });
  const validator = startValidator(surroundings, { keyFile: keys.validator.file, image: demoImage });
  const miner = startMiner(surroundings, {
    runId,
    port: minerPort,
    nodeKeyFile: keys.node.file,
    provider: { keyFile: keys.provider.file },
    dockerHost: process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock',
    dashboardUrl: url,
  });
  return {
    chain,
    rpc,
    runId,
    url,
    web,
    validator,
    miner,
    buyer: createMusterCli({ url, key: devBuyer.key, stateDir: join(dataDir, 'cli') }),
    readiness: async () => (await (await fetch(`${url}/readyz`)).json()) as { status: string },
    async stop() {
      for (const daemon of [miner, validator, web]) await daemon.stop();
      await rpc.stop();
      await chain.stop();
      await directory.remove();
    },
  };
}
