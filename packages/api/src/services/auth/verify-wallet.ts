import { recoverAddress } from '@muster/protocol/crypto/recover';
import { AppError } from '@muster/protocol/errors/app-error';
import type { ChainClient } from '@muster/chain/clients';
import { hashMessage, isHex, type Address, type Hex } from 'viem';

/**
 * Whether the wallet `address` signed `message`: by its key, or (a Safe and the like) by its contract through ERC-1271 or ERC-6492.
 * A plain key is settled here, so that signing in works while the RPC is down. Throws RPC_UNAVAILABLE when only the chain can tell.
 */
export async function verifyWallet(
  client: Pick<ChainClient, 'verifyMessage' | 'getCode'>,
  claim: { address: Address; message: string; signature: string },
): Promise<boolean> {
  const { address, message, signature } = claim;
  if (!isHex(signature)) return false;
  if (isSignedByKey(address, message, signature)) return true;
  try {
    if (await client.verifyMessage({ address, message, signature })) return true;
    // viem says false, too, where the RPC gave no answer: only from one that answers is it a refusal.
    await client.getCode({ address });
    return false;
  } catch (cause) {
    throw new AppError('RPC_UNAVAILABLE', { cause });
  }
}

function isSignedByKey(address: Address, message: string, signature: Hex): boolean {
  try {
    return recoverAddress(hashMessage(message), signature) === address;
  } catch {
    return false;
  }
}
