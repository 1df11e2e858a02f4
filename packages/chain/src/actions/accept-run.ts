import { encodeFunctionData } from 'viem';
import { computeRegistryAbi } from '../generated/compute-registry.ts';
import type { SentTransaction } from '../sender/tx-sender.ts';
import type { RegistryWriter, SendOptions } from './registry.ts';

/** Takes over a run that was offered to the sender. */
export async function acceptRun(
  { sender, registry }: RegistryWriter,
  { runId }: { runId: string },
  options: SendOptions = {},
): Promise<SentTransaction> {
  const data = encodeFunctionData({ abi: computeRegistryAbi, functionName: 'acceptRun', args: [BigInt(runId)] });
  return sender.send({ to: registry, data, ...options });
}
