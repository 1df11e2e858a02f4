import { encodeFunctionData, type Address } from 'viem';
import { computeRegistryAbi } from '../generated/compute-registry.ts';
import type { SentTransaction } from '../sender/tx-sender.ts';
import type { RegistryWriter, SendOptions } from './registry.ts';

/** Names another master and opens its term. Owner only; throws NOT_RUN_OWNER, RUN_CLOSED. */
export async function setMaster(
  { sender, registry }: RegistryWriter,
  { runId, master }: { runId: string; master: Address },
  options: SendOptions = {},
): Promise<SentTransaction> {
  const data = encodeFunctionData({ abi: computeRegistryAbi, functionName: 'setMaster', args: [BigInt(runId), master] });
  return sender.send({ to: registry, data, ...options });
}
