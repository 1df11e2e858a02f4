import { computeRegistryAbi } from '@muster/chain/generated/compute-registry';
import { parseEventLogs, zeroAddress, zeroHash, type Address, type Hash, type TransactionReceipt } from 'viem';
import type { Config } from 'wagmi';
import { getConnection, simulateContract, writeContract } from 'wagmi/actions';

export type NewRun = {
  registry: Address;
  master: Address;
  validators: Address;
  quorum: number;
  discoveryUri: string;
  requirements: string;
};

/** Publishes a run without a gate or terms. Simulated first, so that a refusal costs no gas and has a name. */
export async function createRun(config: Config, { registry, ...run }: NewRun): Promise<Hash> {
  const { request } = await simulateContract(config, {
    address: registry,
    abi: computeRegistryAbi,
    functionName: 'createRun',
    args: [{ ...run, gate: zeroAddress, termsHash: zeroHash }],
    account: getConnection(config).address,
  });
  return writeContract(config, request);
}

/** The number that the registry gave the run; null when the receipt has none. */
export function runIdOf(receipt: TransactionReceipt): string | null {
  const [created] = parseEventLogs({ abi: computeRegistryAbi, logs: receipt.logs, eventName: 'RunCreated' });
  return created ? created.args.runId.toString() : null;
}
