import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NonceStore } from '@muster/protocol/messages/nonce-guard';
import { lockDirectory } from '@muster/runtime/directory-lock';
import type { Logger } from '@muster/runtime/logger';
import type { AllocationRecord } from '../reconcile/desired.ts';
import { agentStateSchema, initialState, type AgentState } from './agent-state.ts';
import { openAllocationStore, type AllocationStore } from './allocation-store.ts';
import { loadEncryptionKey, type EncryptionKey } from './encryption-key.ts';
import { openJsonStore, type JsonStore } from './json-store.ts';
import { createLeaseFile, type LeaseFile } from './lease-file.ts';
import { openNonceStore } from './nonce-store.ts';

/** Everything that the agent keeps on disk. */
export interface AgentStores {
  state: JsonStore<AgentState>;
  allocations: AllocationStore;
  nonces: NonceStore;
  lease: LeaseFile;
  encryptionKey: EncryptionKey;
  logsDirectory: string;
  scratchDirectory: string;
  /** Shared by all runs that the node serves, one after the other. */
  imagesDirectory: string;
  /** Ids of the images that allocations or syncs will still make containers of. */
  claimedImages(): string[];
  /** Lets another agent have the directory. */
  release(): Promise<void>;
}

/** One directory per run inside the data directory, so that a node may go from run to run with the same key. */
export const runDirectory = (
  dataDir: string,
  { chainId, registry, runId }: Pick<AgentState['identity'], 'chainId' | 'registry' | 'runId'>,
): string => join(dataDir, 'runs', `${chainId}-${registry.slice(2, 10).toLowerCase()}-${runId}`);

export const claimedImages = (records: readonly AllocationRecord[], { syncs }: Pick<AgentState, 'syncs'>): string[] => [
  ...records.flatMap(({ image, outcome }) => (image && !outcome ? [image.id] : [])),
  ...syncs.map(({ image }) => image),
];

export interface OpenOptions {
  dataDir: string;
  identity: AgentState['identity'];
  now: () => number;
  logger: Logger;
}

/** Two agents in one directory would take each other's containers for their own. Throws DirectoryInUseError, or JsonFileError for a damaged file. */
export async function openAgentStores({ dataDir, identity, now, logger }: OpenOptions): Promise<AgentStores> {
  const lock = await lockDirectory(dataDir);
  const directory = runDirectory(dataDir, identity);
  const scratchDirectory = join(directory, 'scratch');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await rm(scratchDirectory, { recursive: true, force: true });
  const state = await openJsonStore(join(directory, 'agent.json'), agentStateSchema, initialState(identity));
  const allocations = await openAllocationStore(join(directory, 'allocations'), (file, err) =>
    logger.error(
      { event: 'allocation.damaged', file, err },
      'the record of an allocation is damaged: it is set aside, and the allocation lost',
    ),
  );
  return {
    lease: createLeaseFile(join(directory, 'lease.json')),
    state,
    allocations,
    claimedImages: () => claimedImages(allocations.list(), state.get()),
    nonces: await openNonceStore(join(directory, 'nonces.json'), now),
    encryptionKey: await loadEncryptionKey(join(dataDir, 'encryption.key')),
    logsDirectory: join(directory, 'logs'),
    scratchDirectory,
    imagesDirectory: join(dataDir, 'images'),
    release: () => lock.release(),
  };
}
