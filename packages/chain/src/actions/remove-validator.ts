import { encodeFunctionData, type Address } from 'viem';
import { validatorSetAbi } from '../generated/validator-set.ts';
import type { SentTransaction, TxSender } from '../sender/tx-sender.ts';
import type { SendOptions } from './registry.ts';

/** Takes a wallet off the validator set's list. The set's owner only. */
export async function removeValidator(
  { sender, validatorSet }: { sender: TxSender; validatorSet: Address },
  { validator }: { validator: Address },
  options: SendOptions = {},
): Promise<SentTransaction> {
  const data = encodeFunctionData({ abi: validatorSetAbi, functionName: 'removeValidator', args: [validator] });
  return sender.send({ to: validatorSet, data, ...options });
}
