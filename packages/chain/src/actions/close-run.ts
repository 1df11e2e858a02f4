import { encodeFunctionData } from 'viem';
import { computeRegistryAbi } from '../generated/compute-registry.ts';
import type { SentTransaction } from '../sender/tx-sender.ts';
import type { RegistryWriter, SendOptions } from './registry.ts';

/** Ends the run for good: everything live in it is Closed. Owner only; throws NOT_RUN_OWNER, RUN_CLOSED. */
export async function closeRun(
  { sender, registry }: RegistryWriter,
  { runId }: { runId: string },
  options: SendOptions = {},
): Promise<SentTransaction> {
  const data = encodeFunctionData({ abi: computeRegistryAbi, functionName: 'closeRun', args: [BigInt(runId)] });
  return sender.send({ to: registry, data, ...options });
}
