import { randomBytes, randomUUID } from 'node:crypto';
import { submitVerdict } from '@muster/chain/actions/submit-verdict';
import { devKey } from '@muster/chain/dev/dev-accounts';
import { EVIDENCE_HASH, ROLES, startDevChain, type DevChain } from '@muster/chain/testing/dev-chain';
import { createSigner, type Signer } from '@muster/protocol/crypto/signer';
import { musterDomain, type MusterDomain } from '@muster/protocol/messages/domain';
import { specHash, type TaskSpec } from '@muster/protocol/task-spec/task-spec';
import type { Lifetime } from '@muster/runtime/lifetime';
import { createLoggerTo } from '@muster/runtime/logger';
import { createTempDir, type TempDir } from '@muster/runtime/temp-dir';
import type { Hex } from 'viem';
import { onTestFinished } from 'vitest';
import { runAgent } from '../agent.ts';
import { createConfig } from '../config.ts';
import { readEnv } from '../env.ts';
import { lowerFenceOf } from './test-fence.ts';
import { removeEverythingOf, testDockerHost, testRuntime, waitFor } from './test-docker.ts';
import { startTestMaster, type TestMaster } from './test-master.ts';
import { testSpec } from './test-record.ts';

export interface LogEvent {
  event: string;
  /** By `performance.now()`. */
  seenAt: number;
  [field: string]: unknown;
}

/** One life of the agent, in this process. */
export interface AgentLife {
  events: LogEvent[];
  /** The first of this name, also one that has come already; fails when the agent ends without it. */
  event(name: string, where?: (event: LogEvent) => boolean): Promise<LogEvent>;
  /** As SIGTERM does; resolves when the agent has ended. */
  stop(): Promise<void>;
  /** Resolves to the error that ended it, or null. */
  ended: Promise<unknown>;
}

export interface TestStage {
  chain: DevChain;
  domain: MusterDomain;
  runId: string;
  master: TestMaster;
  node: Signer;
  nodeKey: Hex;
  validator: Signer;
  dataDir: string;
  start(env?: Record<string, string>): AgentLife;
  approve(): Promise<void>;
  /** Registered, approved, invited, with a session. */
  startServing(env?: Record<string, string>): Promise<AgentLife & { endpoint: string }>;
  place(spec: Partial<TaskSpec>, order?: { taskId: string; registryAuth: Hex }): { allocationId: string; taskId: string; orderId: string };
}

export interface StageOptions {
  requirements?: string;
  heartbeatMs?: number;
  lostAfterMs?: number;
}

/** A real chain, a real engine, and a master that speaks the real protocol, around the whole agent; all of it goes with the test. */
export async function setUpStage({ requirements = '', ...masterOptions }: StageOptions = {}): Promise<TestStage> {
  const nodeKey: Hex = `0x${randomBytes(32).toString('hex')}`;
  const node = createSigner(nodeKey);
  const directory: TempDir = await createTempDir('muster-agent');
  onTestFinished(() => directory.remove());
  const chain = await startDevChain();
  onTestFinished(() => chain.stop());
  const domain = musterDomain({ chainId: chain.anvil.chainId, registry: chain.addresses.registry });
  // The run must exist before its master knows its number: runs are counted from one.
  const master = await startTestMaster({ signer: createSigner(devKey(ROLES.master)), domain, runId: '1', ...masterOptions });
  onTestFinished(() => master.close());
  onTestFinished(() => lowerFenceOf(node.address));
  onTestFinished(() => removeEverythingOf(testRuntime(), node.address));
  const runId = await chain.createRun({ discoveryUri: master.discoveryUri(), requirements });

  function start(env: Record<string, string> = {}): AgentLife {
    const life = startLife({
      MUSTER_RPC_URL: chain.anvil.rpcUrl,
      MUSTER_RUN_ID: runId,
      MUSTER_DATA_DIR: directory.path,
      MUSTER_NODE_KEY: nodeKey,
      MUSTER_PROVIDER_KEY: devKey(ROLES.provider),
      MUSTER_LISTEN_HOST: '127.0.0.1',
      MUSTER_LISTEN_PORT: '0',
      MUSTER_LEAST_HEARTBEAT_MS: '100',
      // Every stage waits for a verdict to be seen.
      MUSTER_CHAIN_POLL_MS: '250',
      DOCKER_HOST: testDockerHost(),
      ...env,
    });
    onTestFinished(() => life.stop());
    return life;
  }

  async function approve(): Promise<void> {
    const { registry } = chain.addresses;
    await submitVerdict(
      { sender: chain.sender('validator'), registry },
      { runId, node: node.address, seq: 1, round: 1, approve: true, evidenceHash: EVIDENCE_HASH },
    );
  }

  return {
    chain,
    domain,
    runId,
    master,
    node,
    nodeKey,
    start,
    approve,
    validator: createSigner(devKey(ROLES.validator)),
    dataDir: directory.path,
    async startServing(env) {
      const life = start(env);
      await life.event('announced');
      await approve();
      await life.event('acceptance.seen');
      const endpoint = String((await life.event('ready'))['endpoint']);
      await master.invite(endpoint, node.address);
      await life.event('session.opened');
      return { ...life, endpoint };
    },
    place(change, order) {
      const spec = testSpec(change);
      const { taskId, ...rest } = order ?? { taskId: randomUUID() };
      const allocationId = randomUUID();
      const body = { allocationId, taskId, epoch: 1, specHash: specHash(spec), spec, replica: 0, ...rest };
      const orderId = master.order(node.address, 'start', body);
      return { allocationId, taskId, orderId };
    },
  };
}

function startLife(env: Record<string, string>): AgentLife {
  const events: LogEvent[] = [];
  const logger = createLoggerTo(
    {
      write(line) {
        const entry: unknown = JSON.parse(line);
        if (isEvent(entry)) events.push({ ...entry, seenAt: performance.now() });
        if (process.env['MUSTER_TEST_LOG']) process.stdout.write(line);
      },
    },
    { name: 'miner', level: 'debug' },
  );
  const controller = new AbortController();
  const closers: (() => Promise<void> | void)[] = [];
  let stopping: Promise<void> | undefined;
  const close = async () => {
    controller.abort(new Error('stopped by the test'));
    for (const closer of closers.toReversed()) await closer();
  };
  const lifetime: Lifetime = { signal: controller.signal, onStop: (fn) => void closers.push(fn), stop: () => (stopping ??= close()) };
  let isOver = false;
  const ended = runAgent(createConfig(readEnv(env)), { logger, lifetime })
    .then(
      () => null,
      (error: unknown) => (controller.signal.aborted ? null : error),
    )
    .finally(() => lifetime.stop('ended'))
    .finally(() => (isOver = true));
  const find = async (name: string, where: (event: LogEvent) => boolean) => {
    const wasOver = isOver;
    const found = events.find((entry) => entry.event === name && where(entry));
    if (!found && wasOver) throw new Error(`the agent ended without the event ${name}`, { cause: await ended });
    return found;
  };
  return {
    events,
    ended,
    event: (name, where = () => true) => waitFor(() => find(name, where)),
    async stop() {
      await lifetime.stop('test');
      await ended;
    },
  };
}

const isEvent = (value: unknown): value is Omit<LogEvent, 'seenAt'> & { event: string } =>
  typeof value === 'object' && value !== null && 'event' in value && typeof value.event === 'string';
