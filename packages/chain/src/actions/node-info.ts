import { zeroAddress, type Address } from 'viem';
import { withChainErrors } from '../errors.ts';
import { computeRegistryAbi } from '../generated/compute-registry.ts';
import type { RegistryReader } from './registry.ts';

/** Whose the node is, and in which run it is live; null for what is not. */
export async function nodeInfo(
  { client, registry }: RegistryReader,
  node: Address,
): Promise<{ provider: Address | null; activeRunId: string | null }> {
  const read = () => client.readContract({ address: registry, abi: computeRegistryAbi, functionName: 'nodeInfo', args: [node] });
  const [provider, activeRunId] = await withChainErrors(read);
  return { provider: provider === zeroAddress ? null : provider, activeRunId: activeRunId === 0n ? null : activeRunId.toString() };
}
