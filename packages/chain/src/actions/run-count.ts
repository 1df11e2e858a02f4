import { withChainErrors } from '../errors.ts';
import { computeRegistryAbi } from '../generated/compute-registry.ts';
import type { RegistryReader } from './registry.ts';

/** The number of runs; also the newest run's id. */
export async function runCount({ client, registry }: RegistryReader): Promise<number> {
  return Number(await withChainErrors(() => client.readContract({ address: registry, abi: computeRegistryAbi, functionName: 'runCount' })));
}
