import { computeRegistryAbi } from '@muster/chain/generated/compute-registry';
import type { Address, Hash } from 'viem';
import type { Config } from 'wagmi';
import { getConnection, simulateContract, writeContract } from 'wagmi/actions';

/** Ends a run for good; only its owner may. */
export async function closeRun(config: Config, { registry, runId }: { registry: Address; runId: string }): Promise<Hash> {
  const { request } = await simulateContract(config, {
    address: registry,
    abi: computeRegistryAbi,
    functionName: 'closeRun',
    args: [BigInt(runId)],
    account: getConnection(config).address,
  });
  return writeContract(config, request);
}
