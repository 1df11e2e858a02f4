import type { Address, Hex } from 'viem';

import { fromHex, toHex } from '../bytes.ts';
import { AppError } from '../errors/app-error.ts';
import { secp256k1Library } from './library.ts';
import { addressOfPublicKey } from './recover.ts';
import type { Secp256k1Library } from './secp256k1-library.ts';

/** A plain key that signs digests; the key itself cannot be read back from it. */
export type Signer = {
  readonly address: Address;
  /** r, s (low) and v (27 or 28): 65 bytes. */
  signDigest(digest: Hex): Hex;
};

/** Throws KEY_INVALID when `privateKey` is not a key of secp256k1; the message never holds it. */
export function createSigner(privateKey: Hex, library: Secp256k1Library = secp256k1Library): Signer {
  const key = keyBytes(privateKey);
  return {
    address: addressOf(key, library),
    signDigest(digest) {
      const { signature, recovery } = library.sign(fromHex(digest), key);
      return `${toHex(signature)}${recovery === 0 ? '1b' : '1c'}`;
    },
  };
}

function keyBytes(privateKey: Hex): Uint8Array {
  if (!/^0x[0-9a-fA-F]{64}$/.test(privateKey)) throw new AppError('KEY_INVALID');
  return fromHex(privateKey);
}

function addressOf(key: Uint8Array, library: Secp256k1Library): Address {
  try {
    return addressOfPublicKey(library.publicKeyOf(key));
  } catch {
    throw new AppError('KEY_INVALID');
  }
}
