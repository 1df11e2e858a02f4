import { encodeFunctionData, zeroAddress, zeroHash, type Address, type Hash } from 'viem';
import { computeRegistryAbi } from '../generated/compute-registry.ts';
import type { SentTransaction } from '../sender/tx-sender.ts';
import { eventsOf, missingEvent } from './events-of.ts';
import type { RegistryWriter, SendOptions } from './registry.ts';

export interface RunInput {
  master: Address;
  validators: Address;
  /** The zero address (default) admits every node. */
  gate?: Address;
  quorum: number;
  termsHash?: Hash;
  /** At most 256 bytes. */
  discoveryUri: string;
  /** In the requirement language; at most 1024 bytes. */
  requirements: string;
}

/** Publishes a run that the sender owns. */
export async function createRun(
  { sender, registry }: RegistryWriter,
  input: RunInput,
  options: SendOptions = {},
): Promise<SentTransaction & { runId: string }> {
  const spec = { gate: zeroAddress, termsHash: zeroHash, ...input };
  const data = encodeFunctionData({ abi: computeRegistryAbi, functionName: 'createRun', args: [spec] });
  const sent = await sender.send({ to: registry, data, ...options });
  const created = eventsOf(sent, registry).find((event) => event.eventName === 'RunCreated');
  if (!created) throw missingEvent('RunCreated', sent);
  return { ...sent, runId: created.args.runId.toString() };
}
