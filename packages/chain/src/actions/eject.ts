import { encodeFunctionData, type Address } from 'viem';
import { computeRegistryAbi } from '../generated/compute-registry.ts';
import type { SentTransaction } from '../sender/tx-sender.ts';
import type { RegistryWriter, SendOptions } from './registry.ts';

/** Puts a live node out of the run. Master or owner; only the owner bans. `reason` has at most 256 bytes. */
export async function eject(
  { sender, registry }: RegistryWriter,
  { runId, node, seq, ban, reason }: { runId: string; node: Address; seq: number; ban: boolean; reason: string },
  options: SendOptions = {},
): Promise<SentTransaction> {
  const data = encodeFunctionData({ abi: computeRegistryAbi, functionName: 'eject', args: [BigInt(runId), node, seq, ban, reason] });
  return sender.send({ to: registry, data, ...options });
}
