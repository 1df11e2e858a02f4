import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { submitVerdict } from '@muster/chain/actions/submit-verdict';
import { devKey } from '@muster/chain/dev/dev-accounts';
import { EVIDENCE_HASH, ROLES, startDevChain } from '@muster/chain/testing/dev-chain';
import { startTestMaster, type TestMaster } from '@muster/miner-agent/testing/test-master';
import { minerPath, minerProgram } from '@muster/network/daemons';
import { ManagedProcess } from '@muster/network/managed-process';
import { createSigner, type Signer } from '@muster/protocol/crypto/signer';
import { musterDomain } from '@muster/protocol/messages/domain';
import { specHash, type TaskSpec } from '@muster/protocol/task-spec/task-spec';
import { createTempDir } from '@muster/runtime/temp-dir';
import { generatePrivateKey } from 'viem/accounts';
import { root } from '../../../tooling/scripts/lib/run.mjs';

/** The built agent in a process of its own, serving a master that speaks the real protocol and keeps everything in memory. */
export interface AgentStage {
  agent: ManagedProcess;
  pid: number;
  node: Signer;
  master: TestMaster;
  place(spec: TaskSpec): string;
  stop(allocationId: string): void;
}

export interface AgentStageOptions {
  dockerHost: string;
  heartbeatMs: number;
  env?: Record<string, string>;
}

/** A chain, a master and the agent with an open session; everything is cleared away whatever happens. */
export async function withAgent<T>(options: AgentStageOptions, use: (stage: AgentStage) => Promise<T>): Promise<T> {
  const { dockerHost, heartbeatMs, env = {} } = options;
  const directory = await createTempDir('muster-footprint');
  const stops: (() => Promise<void>)[] = [() => directory.remove()];
  try {
    const chain = await startDevChain();
    stops.push(() => chain.stop());
    const domain = musterDomain({ chainId: chain.anvil.chainId, registry: chain.addresses.registry });
    const master = await startTestMaster({ signer: createSigner(devKey(ROLES.master)), domain, runId: '1', heartbeatMs });
    stops.push(() => master.close());
    const runId = await chain.createRun({ discoveryUri: master.discoveryUri(), requirements: '' });
    const nodeKey = generatePrivateKey();
    const node = createSigner(nodeKey);
    const agent = new ManagedProcess({
      name: 'miner',
      command: minerProgram,
      args: [],
      cwd: join(root, 'apps/miner-agent'),
      logFile: join(directory.path, 'miner.log'),
      // It stops its containers when it is told to end, and they may be a hundred.
      graceMs: 180_000,
      env: {
        NODE_ENV: 'production',
        PATH: minerPath,
        MUSTER_RPC_URL: chain.anvil.rpcUrl,
        MUSTER_RUN_ID: runId,
        MUSTER_DATA_DIR: join(directory.path, 'data'),
        MUSTER_NODE_KEY: nodeKey,
        MUSTER_PROVIDER_KEY: devKey(ROLES.provider),
        MUSTER_LISTEN_HOST: '127.0.0.1',
        MUSTER_LISTEN_PORT: '0',
        MUSTER_LOG_FORMAT: 'json',
        MUSTER_STOP_CONTAINERS_ON_EXIT: '1',
        DOCKER_HOST: dockerHost,
        ...env,
      },
    });
    stops.push(() => agent.stop());
    const { endpoint } = await agent.waitForEvent('ready', { timeoutMs: 60_000 });
    await agent.waitForEvent('announced', { timeoutMs: 60_000 });
    await submitVerdict(
      { sender: chain.sender('validator'), registry: chain.addresses.registry },
      { runId, node: node.address, seq: 1, round: 1, approve: true, evidenceHash: EVIDENCE_HASH },
    );
    await agent.waitForEvent('acceptance.seen', { timeoutMs: 60_000 });
    await master.invite(String(endpoint), node.address);
    await agent.waitForEvent('session.opened', { timeoutMs: 60_000 });
    if (agent.pid === undefined) throw new Error('the agent has no process');
    return await use({
      agent,
      pid: agent.pid,
      node,
      master,
      place(spec) {
        const allocationId = randomUUID();
        master.order(node.address, 'start', { allocationId, taskId: randomUUID(), epoch: 1, specHash: specHash(spec), spec, replica: 0 });
        return allocationId;
      },
      stop(allocationId) {
        master.order(node.address, 'stop', { allocationId, epoch: 1, graceMs: 0, reason: 'measured' });
      },
    });
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}
