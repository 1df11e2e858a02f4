import type { Address } from 'viem';
import { withChainErrors } from '../errors.ts';
import { computeRegistryAbi } from '../generated/compute-registry.ts';
import type { RegistryReader } from './registry.ts';

/** Seconds for which the node has been approved in the run, over all its registrations, until now. */
export async function approvedSeconds({ client, registry }: RegistryReader, runId: string, node: Address): Promise<number> {
  const read = () =>
    client.readContract({ address: registry, abi: computeRegistryAbi, functionName: 'approvedSeconds', args: [BigInt(runId), node] });
  return Number(await withChainErrors(read));
}
