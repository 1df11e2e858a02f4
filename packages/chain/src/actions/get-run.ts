import { zeroAddress, type Address, type Hash } from 'viem';
import { withChainErrors } from '../errors.ts';
import { computeRegistryAbi } from '../generated/compute-registry.ts';
import { msOf, msOrNull, type RegistryReader } from './registry.ts';

export interface RunOnChain {
  runId: string;
  owner: Address;
  pendingOwner: Address | null;
  createdAt: number;
  closedAt: number | null;
  master: Address;
  masterEpoch: number;
  masterSince: number;
  validators: Address;
  /** The zero address admits every node. */
  gate: Address;
  quorum: number;
  termsHash: Hash;
  discoveryUri: string;
  requirements: string;
}

/** Throws RUN_UNKNOWN, WRONG_REGISTRY or RPC_UNAVAILABLE. */
export async function getRun({ client, registry }: RegistryReader, runId: string): Promise<RunOnChain> {
  const run = await withChainErrors(() =>
    client.readContract({ address: registry, abi: computeRegistryAbi, functionName: 'getRun', args: [BigInt(runId)] }),
  );
  return {
    ...run,
    runId,
    pendingOwner: run.pendingOwner === zeroAddress ? null : run.pendingOwner,
    createdAt: msOf(run.createdAt),
    closedAt: msOrNull(run.closedAt),
    masterSince: msOf(run.masterSince),
  };
}
