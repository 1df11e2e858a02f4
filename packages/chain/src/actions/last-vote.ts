import type { Address } from 'viem';
import { withChainErrors } from '../errors.ts';
import { computeRegistryAbi } from '../generated/compute-registry.ts';
import type { RegistryReader } from './registry.ts';

/** In which registration and round the validator voted on this node last; null when it never did. */
export async function lastVote(
  { client, registry }: RegistryReader,
  { runId, node, validator }: { runId: string; node: Address; validator: Address },
): Promise<{ seq: number; round: number } | null> {
  const read = () =>
    client.readContract({ address: registry, abi: computeRegistryAbi, functionName: 'lastVote', args: [BigInt(runId), node, validator] });
  const [seq, round] = await withChainErrors(read);
  return seq === 0 ? null : { seq, round };
}
