import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { submitVerdict } from '@muster/chain/actions/submit-verdict';
import { devKey } from '@muster/chain/dev/dev-accounts';
import { EVIDENCE_HASH, ROLES, startDevChain } from '@muster/chain/testing/dev-chain';
import { lowerFenceOf } from '@muster/miner-agent/testing/test-fence';
import { removeEverythingOf, waitFor } from '@muster/miner-agent/testing/test-docker';
import { startTestMaster, type TestMaster } from '@muster/miner-agent/testing/test-master';
import { testSpec } from '@muster/miner-agent/testing/test-record';
import { createRuntime } from '@muster/miner-agent/testing/test-runtime';
import { minerPath, minerProgram } from '@muster/network/daemons';
import { ManagedProcess } from '@muster/network/managed-process';
import { createSigner } from '@muster/protocol/crypto/signer';
import type { AllocationStatus } from '@muster/protocol/messages/frames';
import { musterDomain } from '@muster/protocol/messages/domain';
import { specHash, type TaskSpec } from '@muster/protocol/task-spec/task-spec';
import { createTempDir } from '@muster/runtime/temp-dir';

export interface HostileStage {
  master: TestMaster;
  node: `0x${string}`;
  dataDir: string;
  /** Where the agent writes what it does. */
  logFile: string;
  place(spec: Partial<TaskSpec>): string;
  stopOrder(allocationId: string, graceMs: number): void;
  /** The status that the buyer sees once it has ended. */
  ended(allocationId: string): Promise<AllocationStatus>;
  running(allocationId: string): Promise<AllocationStatus>;
  isAgentRunning(): boolean;
  stop(): Promise<void>;
}

/** Far from how long anything takes on a busy machine: an attack takes what it takes, and its end is waited for. */
const PATIENCE_MS = 180_000;

const ENDED: ReadonlySet<string> = new Set(['Succeeded', 'Failed', 'Cancelled', 'Lost']);
export const HEARTBEAT_MS = 500;

/** The built agent as a process of its own, before a real chain and a master that speaks the real protocol; a real engine behind it. */
export async function setUpStage({ dockerHost, root }: { dockerHost: string; root: string }): Promise<HostileStage> {
  const chain = await startDevChain();
  const directory = await createTempDir('muster-hostile');
  const nodeKey = `0x${randomBytes(32).toString('hex')}` as const;
  const node = createSigner(nodeKey).address;
  const { registry } = chain.addresses;
  const domain = musterDomain({ chainId: chain.anvil.chainId, registry });
  const master = await startTestMaster({ signer: createSigner(devKey(ROLES.master)), domain, runId: '1', heartbeatMs: HEARTBEAT_MS });
  const runId = await chain.createRun({ discoveryUri: master.discoveryUri(), requirements: '' });
  const logFile = join(directory.path, 'agent.log');
  const agent = new ManagedProcess({
    name: 'agent',
    command: minerProgram,
    args: ['start'],
    cwd: root,
    logFile,
    env: {
      PATH: minerPath,
      MUSTER_RPC_URL: chain.anvil.rpcUrl,
      MUSTER_REGISTRY: registry,
      MUSTER_RUN_ID: runId,
      MUSTER_DATA_DIR: join(directory.path, 'data'),
      MUSTER_NODE_KEY: nodeKey,
      MUSTER_PROVIDER_KEY: devKey(ROLES.provider),
      MUSTER_LISTEN_HOST: '127.0.0.1',
      MUSTER_LISTEN_PORT: '0',
      MUSTER_LOG_FORMAT: 'json',
      DOCKER_HOST: dockerHost,
      // The same attacks on gVisor: MUSTER_RUNTIME=runsc npm run test:hostile.
      ...(process.env['MUSTER_RUNTIME'] === undefined ? {} : { MUSTER_RUNTIME: process.env['MUSTER_RUNTIME'] }),
    },
  });
  const stop = async () => {
    await agent.stop();
    await removeEverythingOf(createRuntime(dockerHost), node);
    await lowerFenceOf(node);
    await master.close();
    await chain.stop();
    await directory.remove();
  };
  try {
    await agent.waitForEvent('announced', { timeoutMs: PATIENCE_MS });
    const verdict = { runId, node, seq: 1, round: 1, approve: true, evidenceHash: EVIDENCE_HASH };
    await submitVerdict({ sender: chain.sender('validator'), registry }, verdict);
    await agent.waitForEvent('acceptance.seen', { timeoutMs: PATIENCE_MS });
    await master.invite(String((await agent.waitForEvent('ready', { timeoutMs: 1_000 })).endpoint), node);
    await agent.waitForEvent('session.opened', { timeoutMs: PATIENCE_MS });
  } catch (error) {
    await stop();
    throw error;
  }
  const statusOf = (allocationId: string) => master.statuses.get(allocationId);
  return {
    master,
    node,
    logFile,
    dataDir: join(directory.path, 'data'),
    place(change) {
      const spec = testSpec(change);
      const allocationId = randomUUID();
      master.order(node, 'start', { allocationId, taskId: randomUUID(), epoch: 1, specHash: specHash(spec), spec, replica: 0 });
      return allocationId;
    },
    stopOrder: (allocationId, graceMs) =>
      void master.order(node, 'stop', { allocationId, epoch: 1, graceMs, reason: 'the buyer has seen enough' }),
    ended: (allocationId) =>
      waitFor(() => {
        const status = statusOf(allocationId);
        return status && ENDED.has(status.phase) ? status : null;
      }, PATIENCE_MS),
    running: (allocationId) =>
      waitFor(() => {
        const status = statusOf(allocationId);
        return status?.phase === 'Running' || (status && ENDED.has(status.phase)) ? status : null;
      }, PATIENCE_MS),
    isAgentRunning: () => agent.running,
    stop,
  };
}
