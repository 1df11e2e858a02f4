import { encodeFunctionData, type Address } from 'viem';
import { computeRegistryAbi } from '../generated/compute-registry.ts';
import type { SentTransaction } from '../sender/tx-sender.ts';
import type { RegistryWriter, SendOptions } from './registry.ts';

/** Takes a live node out of the run. Its provider or its own key; throws NOT_REGISTERED, FORBIDDEN. */
export async function leaveRun(
  { sender, registry }: RegistryWriter,
  { runId, node }: { runId: string; node: Address },
  options: SendOptions = {},
): Promise<SentTransaction> {
  const data = encodeFunctionData({ abi: computeRegistryAbi, functionName: 'leaveRun', args: [BigInt(runId), node] });
  return sender.send({ to: registry, data, ...options });
}
