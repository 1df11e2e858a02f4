import { secp256k1 } from '@noble/curves/secp256k1.js';

import type { Secp256k1Library } from './secp256k1-library.ts';

/** Pure JavaScript: about 30 times slower than the native library, and everywhere. */
export const nobleSecp256k1: Secp256k1Library = {
  name: 'noble',
  recover(digest, signature, recovery) {
    const point = secp256k1.Signature.fromBytes(signature, 'compact').addRecoveryBit(recovery).recoverPublicKey(digest);
    return point.toBytes(false);
  },
  sign(digest, privateKey) {
    const bytes = secp256k1.sign(digest, privateKey, { prehash: false, lowS: true, format: 'recovered' });
    return { signature: bytes.slice(1), recovery: bytes[0] ?? 0 };
  },
  publicKeyOf: (privateKey) => secp256k1.getPublicKey(privateKey, false),
};
