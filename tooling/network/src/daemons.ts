import { join } from 'node:path';
import { root } from '../../scripts/lib/run.mjs';
import { ManagedProcess } from './managed-process.ts';

/** What every daemon of a local network is told. */
export interface Surroundings {
  dataDir: string;
  chainId: number;
  rpcUrl: string;
  registry: string;
  validatorSet: string;
  deploymentBlock: number;
  /** Added to the environment of every daemon, for tests. */
  extraEnv?: Record<string, string>;
}

function startDaemon(name: string, folder: string, surroundings: Surroundings, env: Record<string, string>): ManagedProcess {
  const { dataDir, extraEnv = {} } = surroundings;
  return new ManagedProcess({
    name,
    command: process.execPath,
    args: [join(root, folder, 'dist/main.js')],
    cwd: join(root, folder),
    logFile: join(dataDir, 'logs', `${name}.log`),
    env: {
      NODE_ENV: 'production',
      MUSTER_CHAIN_ID: String(surroundings.chainId),
      MUSTER_RPC_URL: surroundings.rpcUrl,
      MUSTER_REGISTRY: surroundings.registry,
      MUSTER_VALIDATOR_SET: surroundings.validatorSet,
      MUSTER_DEPLOYMENT_BLOCK: String(surroundings.deploymentBlock),
      MUSTER_DATA_DIR: join(dataDir, name),
      MUSTER_LOG_FORMAT: 'json',
      ...extraEnv,
      ...env,
    },
  });
}

export function startWeb(surroundings: Surroundings, { port, keyFile }: { port: number; keyFile: string }): ManagedProcess {
  return startDaemon('web', 'apps/web', surroundings, {
    HOST: '127.0.0.1',
    PORT: String(port),
    MUSTER_PUBLIC_URL: `http://127.0.0.1:${port}`,
    MUSTER_MASTER_KEY_FILE: keyFile,
  });
}

export function startValidator(surroundings: Surroundings, { keyFile, image }: { keyFile: string; image: string }): ManagedProcess {
  return startDaemon('validator', 'apps/validator', surroundings, { MUSTER_VALIDATOR_KEY_FILE: keyFile, MUSTER_CHALLENGE_IMAGE: image });
}

export interface MinerOptions {
  name?: string;
  runId: string;
  port: number;
  nodeKeyFile: string;
  providerKeyFile: string;
  dockerHost: string;
  dashboardUrl: string;
}

export function startMiner(surroundings: Surroundings, options: MinerOptions): ManagedProcess {
  return startDaemon(options.name ?? 'miner', 'apps/miner-agent', surroundings, {
    MUSTER_RUN_ID: options.runId,
    MUSTER_LISTEN_HOST: '127.0.0.1',
    MUSTER_LISTEN_PORT: String(options.port),
    MUSTER_ENDPOINT: `http://127.0.0.1:${options.port}`,
    MUSTER_NODE_KEY_FILE: options.nodeKeyFile,
    MUSTER_PROVIDER_KEY_FILE: options.providerKeyFile,
    MUSTER_DASHBOARD_URL: options.dashboardUrl,
    MUSTER_STOP_CONTAINERS_ON_EXIT: '1',
    DOCKER_HOST: options.dockerHost,
  });
}
