import { standingOfNumber, type Standing } from '@muster/domain/registry/standing';
import type { Address } from 'viem';
import { withChainErrors } from '../errors.ts';
import { computeRegistryAbi } from '../generated/compute-registry.ts';
import type { RegistryReader } from './registry.ts';

/** Where the node stands in the run now; None when it never registered. Throws RUN_UNKNOWN. */
export async function standingOf({ client, registry }: RegistryReader, runId: string, node: Address): Promise<Standing> {
  const read = () =>
    client.readContract({ address: registry, abi: computeRegistryAbi, functionName: 'standingOf', args: [BigInt(runId), node] });
  return standingOfNumber(await withChainErrors(read));
}
