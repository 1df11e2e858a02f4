import { encodeFunctionData, type Address, type Hash } from 'viem';
import { computeRegistryAbi } from '../generated/compute-registry.ts';
import type { SentTransaction } from '../sender/tx-sender.ts';
import type { RegistryWriter, SendOptions } from './registry.ts';

export interface VerdictInput {
  runId: string;
  node: Address;
  seq: number;
  round: number;
  approve: boolean;
  evidenceHash: Hash;
}

/**
 * Gives a validator's verdict on one registration in one round. The key defaults to exactly that, so that a restart in the
 * middle ends in one verdict. Throws NOT_A_VALIDATOR, STALE_REGISTRATION, VERDICT_ALREADY_GIVEN, NOT_REGISTERED, RUN_CLOSED.
 */
export async function submitVerdict(
  { sender, registry }: RegistryWriter,
  verdict: VerdictInput,
  options: SendOptions = {},
): Promise<SentTransaction> {
  const { runId, node, seq, round, approve, evidenceHash } = verdict;
  const data = encodeFunctionData({
    abi: computeRegistryAbi,
    functionName: 'submitVerdict',
    args: [BigInt(runId), node, seq, round, approve, evidenceHash],
  });
  return sender.send({ to: registry, data, key: `verdict:${registry}:${runId}:${node}:${seq}:${round}`, ...options });
}
