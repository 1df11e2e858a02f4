import { execFile } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { root } from '../../scripts/lib/run.mjs';
import { StepError } from '../../scripts/lib/steps.mjs';
import { ManagedProcess, type ProcessOptions } from './managed-process.ts';

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
  /** The network namespace in which the daemon runs, for tests; this process's own when left out. */
  namespace?: string;
}

interface DaemonOptions {
  name: string;
  folder: string;
  /** Command and arguments; the bundle under this node when left out. */
  program?: [string, ...string[]];
  surroundings: Surroundings;
  env: Record<string, string>;
}

/** The agent as it is installed: a launcher that becomes it, so that signals and its number are the agent's own. */
export const minerProgram = join(root, 'apps/miner-agent/bin/muster-miner');
/** The launcher takes the node that it finds first: the one that runs this. */
export const minerPath = [dirname(process.execPath), process.env['PATH']].join(delimiter);

const startDaemon = (options: DaemonOptions): ManagedProcess => new ManagedProcess(daemonProcess(options));

function daemonProcess({ name, folder, program, surroundings, env }: DaemonOptions): ProcessOptions {
  const { dataDir, extraEnv = {}, namespace } = surroundings;
  const [command, ...args] = program ?? [process.execPath, join(root, folder, 'dist/main.js')];
  return {
    name,
    ...(namespace === undefined ? { command, args } : { command: 'nsenter', args: [`--net=/run/netns/${namespace}`, command, ...args] }),
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
  };
}

/** With room for the heartbeats that are under way: what is alive at a collection is copied (docs/adr/0103). */
const webProgram: [string, ...string[]] = [process.execPath, '--max-semi-space-size=32', join(root, 'apps/web/dist/main.js')];

interface WebOptions {
  port: number;
  keyFile: string;
  host?: string;
  /** Where others find it, when something stands between them and it. */
  publicUrl?: string | undefined;
}

export function startWeb(
  surroundings: Surroundings,
  { port, keyFile, host = '127.0.0.1', publicUrl = `http://${host}:${port}` }: WebOptions,
): ManagedProcess {
  return startDaemon({
    name: 'web',
    folder: 'apps/web',
    program: webProgram,
    surroundings,
    env: {
      HOST: host,
      PORT: String(port),
      MUSTER_PUBLIC_URL: publicUrl,
      MUSTER_MASTER_KEY_FILE: keyFile,
    },
  });
}

export function startValidator(surroundings: Surroundings, { keyFile, image }: { keyFile: string; image: string }): ManagedProcess {
  return startDaemon({
    name: 'validator',
    folder: 'apps/validator',
    surroundings,
    env: { MUSTER_VALIDATOR_KEY_FILE: keyFile, MUSTER_CHALLENGE_IMAGE: image },
  });
}

export interface MinerOptions {
  name?: string;
  runId: string;
  port: number;
  /** Where it listens and how it is reached; loopback when left out. */
  reach?: Record<'MUSTER_LISTEN_HOST' | 'MUSTER_ENDPOINT', string>;
  nodeKeyFile: string;
  /** The provider: its key on the miner, or its address alone, and then its wallet registers the node by the agent's link. */
  provider: { keyFile: string } | { address: string };
  dockerHost: string;
  dashboardUrl: string;
  /** Containers run on when the agent ends, as they do on a miner's machine. */
  keepsContainers?: boolean;
}

/** A miner agent, or one of its commands. */
function minerDaemon(surroundings: Surroundings, options: MinerOptions, args: string[] = []): DaemonOptions {
  const name = options.name ?? 'miner';
  return { name, folder: 'apps/miner-agent', program: [minerProgram, ...args], surroundings, env: minerEnv(options) };
}

/** Environment of a miner agent and of its commands. */
function minerEnv(options: MinerOptions): Record<string, string> {
  return {
    PATH: minerPath,
    MUSTER_RUN_ID: options.runId,
    MUSTER_LISTEN_PORT: String(options.port),
    ...(options.reach ?? { MUSTER_LISTEN_HOST: '127.0.0.1', MUSTER_ENDPOINT: `http://127.0.0.1:${options.port}` }),
    MUSTER_NODE_KEY_FILE: options.nodeKeyFile,
    ...('keyFile' in options.provider
      ? { MUSTER_PROVIDER_KEY_FILE: options.provider.keyFile }
      : { MUSTER_PROVIDER: options.provider.address }),
    MUSTER_DASHBOARD_URL: options.dashboardUrl,
    MUSTER_STOP_CONTAINERS_ON_EXIT: options.keepsContainers ? '0' : '1',
    DOCKER_HOST: options.dockerHost,
  };
}

/** What one command of the agent prints, beside a running one and with its settings; whatever its exit code. */
export async function outputOfMiner(
  surroundings: Surroundings,
  options: MinerOptions,
  args: string[],
): Promise<{ code: number; stdout: string }> {
  const { command, args: all, cwd, env } = daemonProcess(minerDaemon(surroundings, options, args));
  const surrounding = { HOME: process.env['HOME'], ...env };
  return new Promise((resolve) => {
    execFile(command, all, { cwd, env: surrounding, timeout: 240_000 }, (error, stdout) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout }),
    );
  });
}

export function startMiner(surroundings: Surroundings, options: MinerOptions): ManagedProcess {
  return startDaemon(minerDaemon(surroundings, options));
}

/** Runs one command of the agent (`leave`, `doctor`, …) in the surroundings of a running one, to its end. */
export async function runMinerCommand(surroundings: Surroundings, options: MinerOptions, args: string[]): Promise<void> {
  const command = startDaemon(minerDaemon(surroundings, options, args));
  await command.exited;
  if (command.exitCode !== 0)
    throw new StepError(`miner ${args.join(' ')} ended with ${command.exitCode}:\n${command.lastLines()}`, 'Read the miner log.');
}
