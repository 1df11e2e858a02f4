import { encodeFunctionData } from 'viem';
import { computeRegistryAbi } from '../generated/compute-registry.ts';
import type { SentTransaction } from '../sender/tx-sender.ts';
import type { RegistryWriter, SendOptions } from './registry.ts';

/** Moves the run's discovery service. Owner only. */
export async function setDiscoveryUri(
  { sender, registry }: RegistryWriter,
  { runId, discoveryUri }: { runId: string; discoveryUri: string },
  options: SendOptions = {},
): Promise<SentTransaction> {
  const data = encodeFunctionData({ abi: computeRegistryAbi, functionName: 'setDiscoveryUri', args: [BigInt(runId), discoveryUri] });
  return sender.send({ to: registry, data, ...options });
}
