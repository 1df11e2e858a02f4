import { keccak_256 } from '@noble/hashes/sha3.js';
import type { Address, Hex } from 'viem';
import { getAddress } from 'viem/utils';

import { fromHex, toHex } from '../bytes.ts';
import { AppError } from '../errors/app-error.ts';
import { secp256k1Library } from './library.ts';
import type { Secp256k1Library } from './secp256k1-library.ts';

const HALF_ORDER = fromHex('0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0');

/**
 * The checksummed address whose key signed `digest`.
 * `signature` is r, s and v (27 or 28): 65 bytes. Throws SIGNATURE_INVALID with `data.reason`, also for a high s:
 * every signature has a twin with the other s, and only one of them may count.
 */
export function recoverAddress(digest: Hex, signature: Hex, library: Secp256k1Library = secp256k1Library): Address {
  const bytes = fromHex(signature);
  const v = bytes[64];
  if (bytes.length !== 65 || digest.length !== 66) throw refuse('length');
  if (v !== 27 && v !== 28) throw refuse('v');
  if (isAbove(bytes.subarray(32, 64), HALF_ORDER)) throw refuse('high-s');
  try {
    return addressOfPublicKey(library.recover(fromHex(digest), bytes.subarray(0, 64), v - 27));
  } catch (cause) {
    throw refuse('unrecoverable', cause);
  }
}

/** The checksummed address of an uncompressed public key (65 bytes). */
export function addressOfPublicKey(publicKey: Uint8Array): Address {
  return getAddress(toHex(keccak_256(publicKey.subarray(1)).subarray(12)));
}

function refuse(reason: 'length' | 'v' | 'high-s' | 'unrecoverable', cause?: unknown): AppError {
  return new AppError('SIGNATURE_INVALID', { data: { reason }, cause });
}

function isAbove(value: Uint8Array, limit: Uint8Array): boolean {
  for (let i = 0; i < limit.length; i++) {
    const difference = (value[i] ?? 0) - (limit[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
