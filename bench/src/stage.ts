import { join } from 'node:path';
import { privateKeyToAccount } from 'viem/accounts';
import { signInBuyer, type TestBuyer } from '@muster/api/testing/test-buyer';
import { createDatabase, type Database } from '@muster/db/client';
import { devBuyer } from '@muster/network/chain';
import { type DockerEngine, ensureDockerEngine } from '@muster/network/docker-engine';
import { freePort } from '@muster/network/free-port';
import type { ManagedProcess } from '@muster/network/managed-process';
import { type Network, startNetwork } from '@muster/network/network';
import { waitForNode } from '@muster/network/progress';
import { createLogger } from '@muster/runtime/logger';
import { createTempDir } from '@muster/runtime/temp-dir';
import { step } from '../../tooling/scripts/lib/steps.mjs';

/** A whole network of the bench's own, with one healthy node in one run. */
export interface Stage {
  engine: DockerEngine;
  network: Network;
  miner: ManagedProcess;
  db: Database;
  databaseUrl: string;
  buyer: TestBuyer;
  runId: string;
}

/** Sets the stage in a temporary folder, lets `use` measure on it, and clears everything away whatever happens. */
export async function withStage<T>(use: (stage: Stage) => Promise<T>): Promise<T> {
  const dir = await createTempDir('muster-bench');
  const stops: (() => Promise<void>)[] = [() => dir.remove()];
  try {
    const engine = await ensureDockerEngine({ dataDir: join(dir.path, 'docker') });
    stops.push(() => engine.stop());
    const network = await startNetwork({ dataDir: dir.path, ports: { web: await freePort(), rpc: await freePort() }, engine });
    stops.push(() => network.stop());
    const runId = await step('a run and a healthy node', () => createRun(network));
    const miner = network.addMiner({ runId, port: await freePort(), engine });
    await waitForNode(network, runId, miner);
    const databaseUrl = await network.databaseUrl();
    const db = createDatabase({ url: databaseUrl, logger: createLogger({ name: 'bench', level: 'silent' }) });
    stops.push(() => db.close());
    const buyer = await signInBuyer(network.url, privateKeyToAccount(devBuyer.key));
    stops.push(() => buyer.close());
    return await use({ engine, network, miner, db, databaseUrl, buyer, runId });
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

async function createRun({ buyer, url }: Network): Promise<string> {
  const { runId } = await buyer.run<{ runId: string }>([
    'run',
    'create',
    '--requirements',
    '',
    '--discovery',
    `${url}/discovery`,
    '--wait',
  ]);
  return runId;
}
