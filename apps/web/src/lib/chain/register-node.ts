import { computeRegistryAbi } from '@muster/chain/generated/compute-registry';
import type { Hash } from 'viem';
import type { Config } from 'wagmi';
import { getConnection, simulateContract, writeContract } from 'wagmi/actions';
import type { Address } from 'viem';
import type { ConsentLink } from './consent-link.ts';

/** Registers a node with the consent that its own key signed; the sender becomes its provider. */
export async function registerNode(config: Config, { registry, link }: { registry: Address; link: ConsentLink }): Promise<Hash> {
  const { request } = await simulateContract(config, {
    address: registry,
    abi: computeRegistryAbi,
    functionName: 'register',
    args: [BigInt(link.runId), link.node, link.capabilitiesHash, BigInt(link.deadline), link.consent],
    account: getConnection(config).address,
  });
  return writeContract(config, request);
}
