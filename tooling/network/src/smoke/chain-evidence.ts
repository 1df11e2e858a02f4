import { type Address, type ContractEventName, type GetContractEventsReturnType, type Hex, type PublicClient, getAddress } from 'viem';
import { computeRegistryAbi } from '@muster/chain/generated/compute-registry';
import { waitFor } from '../wait-for.ts';
import { expectFact } from './arrow.ts';

type Name = ContractEventName<typeof computeRegistryAbi>;

/** The newest event of one name that concerns the run, read from the chain's own logs. */
export async function findEvent<N extends Name>(
  { client, registry }: { client: PublicClient; registry: Address },
  { name, runId, timeoutMs = 240_000 }: { name: N; runId: string; timeoutMs?: number },
): Promise<GetContractEventsReturnType<typeof computeRegistryAbi, N, true>[number]> {
  const found = await waitFor(
    async () => {
      const logs = await client.getContractEvents({
        address: registry,
        abi: computeRegistryAbi,
        eventName: name,
        fromBlock: 0n,
        strict: true,
      });
      return logs.findLast(({ args }) => 'runId' in args && String(args.runId) === runId);
    },
    { timeoutMs, intervalMs: 250 },
  );
  expectFact(found, `no ${name} event of run ${runId} on the chain after ${timeoutMs / 1000} s`);
  return found as GetContractEventsReturnType<typeof computeRegistryAbi, N, true>[number];
}

/** Who sent a transaction, and that it succeeded, as a phrase. */
export async function describeTransaction(client: PublicClient, hash: Hex, sender?: Address): Promise<string> {
  const { status, blockNumber, from } = await client.getTransactionReceipt({ hash });
  expectFact(status === 'success', `transaction ${hash} was reverted`);
  expectFact(!sender || getAddress(from) === sender, `transaction ${hash} came from ${from}, not from ${sender}`);
  return `tx ${hash} block ${blockNumber} signer ${getAddress(from)}`;
}
