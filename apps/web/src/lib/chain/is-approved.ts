import { computeRegistryAbi } from '@muster/chain/generated/compute-registry';
import type { Address } from 'viem';
import type { Config } from 'wagmi';
import { readContract } from 'wagmi/actions';

/** Of the contract's `enum Standing { None, Pending, Approved, … }`. */
const APPROVED = 2;

/** Whether the chain has this very registration approved: read from the wallet's chain, not from our server. */
export async function isApproved(
  config: Config,
  { registry, runId, node, seq }: { registry: Address; runId: string; node: Address; seq: number },
): Promise<boolean> {
  const args = [BigInt(runId), node] as const;
  const registration = await readContract(config, { address: registry, abi: computeRegistryAbi, functionName: 'getRegistration', args });
  return registration.standing === APPROVED && registration.seq === seq;
}
