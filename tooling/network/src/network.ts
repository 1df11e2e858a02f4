import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { urlOfRunning } from '@muster/db/embedded/running-url';
import { step } from '../../scripts/lib/steps.mjs';
import { type DevChain, admitValidator, devBuyer, devChainId, fundAccounts, startDevChain } from './chain.ts';
import { type MinerOptions, type Surroundings, runMinerCommand, startMiner, startValidator, startWeb } from './daemons.ts';
import { demoImage, ensureDemoImage } from './demo-image.ts';
import type { DockerEngine } from './docker-engine.ts';
import { type KeyFile, type Role, loadNetworkKeys } from './keys.ts';
import type { ManagedProcess } from './managed-process.ts';
import { type MusterCli, createMusterCli } from './muster-cli.ts';

export interface NetworkOptions {
  dataDir: string;
  ports: { web: number; rpc: number };
  /** Without an engine the network has no local miner, and challenges no container. */
  engine?: DockerEngine | undefined;
  /** Environment for every daemon on top of the network's own, e.g. a faster heartbeat. */
  extraEnv?: Record<string, string>;
  /** Where the master and discovery say that they are; where they are when left out. */
  publicUrl?: string;
  /** Told of every process as it starts, so that a killed launcher's successor can stop it. */
  onProcess?: (pid: number | undefined) => void;
}

/** A whole network on this machine: chain, web (master and discovery) and validator; miners are added to it. */
export interface Network {
  chain: DevChain;
  keys: Record<Role, KeyFile>;
  surroundings: Surroundings;
  url: string;
  web: ManagedProcess;
  validator: ManagedProcess;
  buyer: MusterCli;
  /** The connection string of the web process's embedded database, to read what it wrote. */
  databaseUrl(): Promise<string>;
  /** Runs the miner agent's `leave` command beside the running agent, as its operator would. */
  leaveRun(): Promise<void>;
  addMiner(options: {
    runId: string;
    port: number;
    engine: DockerEngine;
    name?: string;
    nodeKeyFile?: string;
    /** Without the provider's key on the miner: its wallet registers the node. */
    providerAddress?: string;
  }): ManagedProcess;
  /** Every daemon that runs, newest first. */
  processes(): ManagedProcess[];
  stop(): Promise<void>;
}

export async function startNetwork({
  dataDir,
  ports,
  engine,
  extraEnv = {},
  publicUrl,
  onProcess = () => {},
}: NetworkOptions): Promise<Network> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).toReversed()) await each();
  };
  const daemons: ManagedProcess[] = [];
  let miner: MinerOptions | undefined;
  const track = (daemon: ManagedProcess): ManagedProcess => {
    onProcess(daemon.pid);
    daemons.push(daemon);
    stops.push(() => daemon.stop());
    return daemon;
  };
  try {
    const keys = await loadNetworkKeys(dataDir);
    const chain = await step('chain (Anvil) and contracts', () => startDevChain({ dataDir, port: ports.rpc }));
    stops.push(() => chain.anvil.stop());
    onProcess(chain.anvil.pid);
    await fundAccounts(chain, [keys.master.address, keys.validator.address, keys.provider.address]);
    await admitValidator(chain, keys.validator.address);
    const { rpcUrl, registry, validatorSet, deploymentBlock } = chain;
    const surroundings: Surroundings = { dataDir, chainId: devChainId, rpcUrl, registry, validatorSet, deploymentBlock, extraEnv };
    const url = `http://127.0.0.1:${ports.web}`;
    const web = await step('web: database, master, discovery, dashboard', async () => {
      const daemon = track(startWeb(surroundings, { port: ports.web, keyFile: keys.master.file, publicUrl }));
      await daemon.waitForEvent('ready', { timeoutMs: 240_000 });
      return daemon;
    });
    if (engine) await step('demo image', () => ensureDemoImage(engine.docker));
    const validator = await step('validator', async () => {
      const daemon = track(startValidator(surroundings, { keyFile: keys.validator.file, image: demoImage }));
      await daemon.waitForEvent('ready', { timeoutMs: 240_000 });
      return daemon;
    });
    const buyer = createMusterCli({ url: publicUrl ?? url, key: devBuyer.key, stateDir: join(dataDir, 'cli') });
    return {
      chain,
      keys,
      surroundings,
      url,
      web,
      validator,
      buyer,
      databaseUrl: async () => {
        const found = await urlOfRunning(join(dataDir, 'web', 'postgres'));
        if (!found) throw new Error('the web process runs no embedded PostgreSQL');
        return found;
      },
      addMiner: ({ runId, port, name, nodeKeyFile = keys.node.file, providerAddress, engine: { host } }) => {
        const provider = providerAddress ? { address: providerAddress } : { keyFile: keys.provider.file };
        miner = { ...(name ? { name } : {}), runId, port, nodeKeyFile, provider, dockerHost: host, dashboardUrl: url };
        return track(startMiner(surroundings, miner));
      },
      leaveRun: async () => {
        if (miner) await runMinerCommand(surroundings, miner, ['leave']);
      },
      processes: () => daemons.filter(({ running }) => running).toReversed(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
