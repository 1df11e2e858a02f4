import { encodeFunctionData, type Address } from 'viem';
import { validatorSetAbi } from '../generated/validator-set.ts';
import type { SentTransaction, TxSender } from '../sender/tx-sender.ts';
import type { SendOptions } from './registry.ts';

/** Puts a wallet on the validator set's list. The set's owner only. */
export async function addValidator(
  { sender, validatorSet }: { sender: TxSender; validatorSet: Address },
  { validator }: { validator: Address },
  options: SendOptions = {},
): Promise<SentTransaction> {
  const data = encodeFunctionData({ abi: validatorSetAbi, functionName: 'addValidator', args: [validator] });
  return sender.send({ to: validatorSet, data, ...options });
}
