import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Address } from 'viem';
import { createDatabase, type Database } from '@muster/db/client';
import { demoImage, ensureDemoImage } from '@muster/network/demo-image';
import { outputOfMiner, startMiner } from '@muster/network/daemons';
import { loadNetworkKeys } from '@muster/network/keys';
import type { ManagedProcess } from '@muster/network/managed-process';
import { startNetwork, type Network } from '@muster/network/network';
import { startRpcProxy, type RpcProxy } from '@muster/chain/testing/rpc-proxy';
import { createLogger } from '@muster/runtime/logger';
import { createTempDir } from '@muster/runtime/temp-dir';
import { copyData } from './lib/copy-data.ts';
import { startDockerGate, type DockerGate } from './lib/docker-gate.ts';
import { createOwnEngine, type OwnEngine } from './lib/own-engine.ts';
import { measurePace, type Pace } from './lib/pace.ts';
import { startTcpGate, type TcpGate } from './lib/tcp-gate.ts';
import { runTool } from './lib/run-tool.ts';
import { PATIENCE_MS, until } from './lib/until.ts';

/** The lane's network is its own. None of those that the kernel gives to outgoing connections: an agent that begins anew must have its port again. */
const PORTS = { web: 3_000, rpc: 8_545, agent: 7_700, twin: 7_701 };
const DATA_DIR_BYTES = 32 * 1024 * 1024;

/** A whole network around one agent that is a process of its own; between it and the others stands what a case needs to do harm. */
export interface FaultStage {
  network: Network;
  pace: Pace;
  db: Database;
  engine: OwnEngine;
  docker: DockerGate;
  master: TcpGate;
  rpc: RpcProxy;
  /** The present one. */
  readonly runId: string;
  node: Address;
  /** The agent's directory for this run: state, allocations, logs. */
  readonly stateDir: string;
  dataDir: string;
  agent(): ManagedProcess;
  /** Another life of the agent, with its session open. */
  startAgent(options?: AgentOptions): Promise<ManagedProcess>;
  killAgent(): Promise<void>;
  untilHealthy(): Promise<unknown>;
  /** Another run, and the agent in it: after a case that ended the last one, or the node's part in it. */
  enterRun(): Promise<void>;
  /** Another agent with the same key, from a copy of the first one's data directory. */
  startTwin(): Promise<ManagedProcess>;
  /** A command of the agent, beside the running one. */
  agentCommand(args: string[], env?: Record<string, string>): Promise<{ code: number; stdout: string }>;
  stop(): Promise<void>;
}

export interface AgentOptions {
  env?: Record<string, string>;
  /** Does not wait for the session. */
  alone?: boolean;
}

export async function setUpStage(): Promise<FaultStage> {
  const directory = await createTempDir('mf');
  const undo: (() => Promise<unknown>)[] = [() => directory.remove(), () => unmountBelow(directory.path)];
  const stop = async () => {
    for (const each of undo.splice(0).toReversed()) await each().catch((error: unknown) => console.error('while tidying up:', error));
  };
  try {
    const engine = await createOwnEngine(join(directory.path, 'e'));
    undo.push(() => engine.stop());
    await engine.start();
    await ensureDemoImage(engine.docker);
    const pace = await measurePace(`unix://${engine.socket}`, join(directory.path, 'p'));
    const docker = await startDockerGate(join(directory.path, 'gate.sock'), engine.socket);
    undo.push(() => docker.stop());

    const master = await startTcpGate(() => PORTS.web);
    undo.push(() => master.stop());
    const dataDir = join(directory.path, 'n');
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const network = await startNetwork({
      dataDir,
      ports: PORTS,
      engine: { host: `unix://${engine.socket}`, docker: engine.docker, origin: 'running', stop: async () => undefined },
      publicUrl: master.url,
      extraEnv: { MUSTER_HEARTBEAT_MS: String(pace.heartbeatMs) },
    });
    undo.push(() => network.stop());
    const db = await createDatabase({ url: await network.databaseUrl(), logger: createLogger({ name: 'faults', level: 'silent' }) });
    undo.push(() => db.close());
    const rpc = await startRpcProxy(network.chain.rpcUrl);
    undo.push(() => rpc.stop());
    const creation = ['run', 'create', '--requirements', 'cpu: 1..', '--discovery', `${master.url}/discovery`, '--wait'];
    const createRun = async () => (await network.buyer.run<{ runId: string }>(creation)).runId;
    let runId = await createRun();

    const keys = await loadNetworkKeys(dataDir);
    const node = keys.node.address;
    let life: ManagedProcess | null = null;
    undo.push(async () => life?.kill('SIGKILL'));

    const surroundingsOf = (env: Record<string, string>) => ({
      ...network.surroundings,
      rpcUrl: rpc.url,
      extraEnv: { MUSTER_ORPHAN_GRACE_MS: String(pace.orphanGraceMs), ...env },
    });
    const miner = () => ({
      runId,
      port: PORTS.agent,
      nodeKeyFile: keys.node.file,
      provider: { keyFile: keys.provider.file },
      dockerHost: docker.host,
      dashboardUrl: network.url,
      keepsContainers: true,
    });

    async function startAgent({ env = {}, alone = false }: AgentOptions = {}): Promise<ManagedProcess> {
      const own = startMiner(surroundingsOf(env), miner());
      life = own;
      if (!alone) await own.waitForEvent('session.opened', { timeoutMs: PATIENCE_MS });
      return own;
    }

    // Small enough to be filled, and a file system of its own to be made read-only.
    const minerDir = join(dataDir, 'miner');
    await mkdir(minerDir, { mode: 0o700 });
    await runTool('mount', ['-t', 'tmpfs', '-o', `size=${DATA_DIR_BYTES},mode=700`, 'tmpfs', minerDir]);
    undo.push(() => runTool('umount', ['--lazy', minerDir]));
    const killAgent = async () => {
      life?.kill('SIGKILL');
      await life?.exited;
    };
    const untilHealthy = () =>
      until('a healthy node', async () => (await db.prisma.nodeState.findFirst({ where: { runId, node } }))?.phase === 'Healthy');
    await startAgent();
    await untilHealthy();
    const { registry } = network.chain;
    return {
      network,
      pace,
      db,
      engine,
      docker,
      master,
      rpc,
      get runId() {
        return runId;
      },
      node,
      dataDir: minerDir,
      get stateDir() {
        return join(minerDir, 'runs', `31337-${registry.slice(2, 10).toLowerCase()}-${runId}`);
      },
      agent() {
        if (!life) throw new Error('no agent was started');
        return life;
      },
      startAgent,
      killAgent,
      untilHealthy,
      async enterRun() {
        await killAgent();
        runId = await createRun();
        await startAgent();
        await untilHealthy();
      },
      async startTwin() {
        const twinDir = join(dataDir, 'twin');
        await rm(twinDir, { recursive: true, force: true });
        await copyData(minerDir, twinDir);
        return startMiner(surroundingsOf({}), { ...miner(), name: 'twin', port: PORTS.twin });
      },
      agentCommand: (args, env = {}) => outputOfMiner(surroundingsOf(env), miner(), args),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the engine mounted for containers that outlive it; in our own namespace alone. */
async function unmountBelow(directory: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').flatMap((line) => line.split(' ')[1] ?? []);
  for (const path of mounts.filter((mount) => mount.startsWith(directory)).toReversed()) await runTool('umount', ['--lazy', path]);
}

export { demoImage };
