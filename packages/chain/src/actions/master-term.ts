import type { Address } from 'viem';
import { withChainErrors } from '../errors.ts';
import { computeRegistryAbi } from '../generated/compute-registry.ts';
import { msOf, msOrNull, type RegistryReader } from './registry.ts';

/** Who coordinated the run in one term: from `since`, and before `until` (null: still). Throws when there was no such term. */
export async function masterTerm(
  { client, registry }: RegistryReader,
  runId: string,
  masterEpoch: number,
): Promise<{ master: Address; since: number; until: number | null }> {
  const read = () =>
    client.readContract({ address: registry, abi: computeRegistryAbi, functionName: 'masterTerm', args: [BigInt(runId), masterEpoch] });
  const [master, since, until] = await withChainErrors(read);
  return { master, since: msOf(since), until: msOrNull(until) };
}
