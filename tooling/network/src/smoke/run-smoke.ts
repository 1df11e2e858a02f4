import { createPublicClient, http } from 'viem';
import { foundry } from 'viem/chains';
import { createDatabase } from '@muster/db/client';
import { musterDomain } from '@muster/protocol/messages/domain';
import { createLogger } from '@muster/runtime/logger';
import { devChainId } from '../chain.ts';
import type { DockerEngine } from '../docker-engine.ts';
import { freePort } from '../free-port.ts';
import { startNetwork } from '../network.ts';
import type { Recorder } from './arrow.ts';
import type { Smoke } from './context.ts';
import { findInDocker } from './leftovers.ts';
import { runExecution } from './phases/execution.ts';
import { runOnboarding } from './phases/onboarding.ts';
import { runPreparation } from './phases/preparation.ts';
import { runRegistration } from './phases/registration.ts';
import { runTermination } from './phases/termination.ts';
import { runValidation } from './phases/validation.ts';

interface SmokeOptions {
  dataDir: string;
  engine: DockerEngine;
  recorder: Recorder;
  signal: AbortSignal;
  onProcess: (pid: number | undefined) => void;
}

/** Runs every phase on a network of its own; stops it and tells what of it is left in Docker. */
export async function runSmoke({
  dataDir,
  engine,
  recorder,
  signal,
  onProcess,
}: SmokeOptions): Promise<{ containers: string[]; networks: string[] }> {
  const ports = { web: await freePort(), rpc: await freePort() };
  // Five seconds instead of thirty between heartbeats: the same code, in a test's time.
  const network = await startNetwork({ dataDir, ports, engine, onProcess, extraEnv: { MUSTER_HEARTBEAT_MS: '5000' } });
  const ids = { runId: '', node: network.keys.node.address };
  try {
    const db = await createDatabase({ url: await network.databaseUrl(), logger: createLogger({ name: 'smoke', level: 'silent' }) });
    try {
      const domain = musterDomain({ chainId: devChainId, registry: network.chain.registry });
      const client = createPublicClient({ chain: foundry, transport: http(network.chain.rpcUrl) });
      const smoke: Smoke = { network, engine, db, client, domain, recorder, minerPort: await freePort() };
      await Promise.race([allPhases(smoke, ids), rejectOn(signal)]);
    } finally {
      await db.close();
    }
  } finally {
    await network.stop();
  }
  return findInDocker(engine.docker, ids.runId, ids.node);
}

async function allPhases(smoke: Smoke, ids: { runId: string }): Promise<void> {
  const run = await runPreparation(smoke);
  ids.runId = run.runId;
  const node = await runRegistration(smoke, run);
  await runValidation(smoke, node);
  await runOnboarding(smoke, node);
  const task = await runExecution(smoke, node);
  await runTermination(smoke, node, task);
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
