import { encodeFunctionData, type Address } from 'viem';
import { computeRegistryAbi } from '../generated/compute-registry.ts';
import type { SentTransaction } from '../sender/tx-sender.ts';
import type { RegistryWriter, SendOptions } from './registry.ts';

/** Lets a banned node register again. Owner only. */
export async function unban(
  { sender, registry }: RegistryWriter,
  { runId, node }: { runId: string; node: Address },
  options: SendOptions = {},
): Promise<SentTransaction> {
  const data = encodeFunctionData({ abi: computeRegistryAbi, functionName: 'unban', args: [BigInt(runId), node] });
  return sender.send({ to: registry, data, ...options });
}
