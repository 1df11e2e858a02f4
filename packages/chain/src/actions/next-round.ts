import type { Address } from 'viem';
import { withChainErrors } from '../errors.ts';
import { computeRegistryAbi } from '../generated/compute-registry.ts';
import { msOf, type RegistryReader } from './registry.ts';

/** The round that a verdict must name, and from when it is taken; null while the node is neither pending nor approved. */
export async function nextRound(
  { client, registry }: RegistryReader,
  runId: string,
  node: Address,
): Promise<{ round: number; opensAt: number } | null> {
  const read = () =>
    client.readContract({ address: registry, abi: computeRegistryAbi, functionName: 'nextRound', args: [BigInt(runId), node] });
  const [round, opensAt] = await withChainErrors(read);
  return round === 0 ? null : { round, opensAt: msOf(opensAt) };
}
