import { encodeFunctionData, type Address } from 'viem';
import { computeRegistryAbi } from '../generated/compute-registry.ts';
import type { SentTransaction } from '../sender/tx-sender.ts';
import type { RegistryWriter, SendOptions } from './registry.ts';

/** Offers the run to another wallet, which must accept; the zero address withdraws the offer. Owner only. */
export async function offerRun(
  { sender, registry }: RegistryWriter,
  { runId, to }: { runId: string; to: Address },
  options: SendOptions = {},
): Promise<SentTransaction> {
  const data = encodeFunctionData({ abi: computeRegistryAbi, functionName: 'offerRun', args: [BigInt(runId), to] });
  return sender.send({ to: registry, data, ...options });
}
