import type { Address } from 'viem';
import type { ChainClient } from '../clients.ts';
import { withChainErrors } from '../errors.ts';
import { validatorSetAbi } from '../generated/validator-set.ts';

/** Whether the run's validator set lists the wallet. */
export async function isValidator(
  { client, validatorSet }: { client: ChainClient; validatorSet: Address },
  runId: string,
  who: Address,
): Promise<boolean> {
  return withChainErrors(() =>
    client.readContract({ address: validatorSet, abi: validatorSetAbi, functionName: 'isValidator', args: [BigInt(runId), who] }),
  );
}
