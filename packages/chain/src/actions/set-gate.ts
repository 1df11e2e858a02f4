import { encodeFunctionData, type Address } from 'viem';
import { computeRegistryAbi } from '../generated/compute-registry.ts';
import type { SentTransaction } from '../sender/tx-sender.ts';
import type { RegistryWriter, SendOptions } from './registry.ts';

/** Changes who admits registrations from now on; the zero address admits every node. Owner only. */
export async function setGate(
  { sender, registry }: RegistryWriter,
  { runId, gate }: { runId: string; gate: Address },
  options: SendOptions = {},
): Promise<SentTransaction> {
  const data = encodeFunctionData({ abi: computeRegistryAbi, functionName: 'setGate', args: [BigInt(runId), gate] });
  return sender.send({ to: registry, data, ...options });
}
