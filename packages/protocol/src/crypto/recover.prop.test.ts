import fc from 'fast-check';
import { bytesToHex, recoverAddress as viemRecover } from 'viem/utils';
import { privateKeyToAddress } from 'viem/accounts';
import { describe, expect, it } from 'vitest';

import { AppError } from '../errors/app-error.ts';
import { nativeSecp256k1, secp256k1Library } from './library.ts';
import { nobleSecp256k1 } from './noble-secp256k1.ts';
import { recoverAddress } from './recover.ts';
import type { Secp256k1Library } from './secp256k1-library.ts';
import { createSigner } from './signer.ts';

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => bytesToHex(bytes));
// Every value below the order of the curve but zero is a key.
const key = fc
  .bigInt(1n, 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140n)
  .map((n) => `0x${n.toString(16).padStart(64, '0')}` as const);

it('loads the native library here, and prefers it', () => {
  expect(nativeSecp256k1?.name).toBe('native');
  expect(secp256k1Library).toBe(nativeSecp256k1);
});

const libraries: Secp256k1Library[] = [nobleSecp256k1, ...(nativeSecp256k1 ? [nativeSecp256k1] : [])];

describe.each(libraries.map((library) => [library.name, library] as const))('%s', (_, library) => {
  it('recovers whoever signed', () => {
    fc.assert(
      fc.property(key, bytes32, (privateKey, digest) => {
        const signer = createSigner(privateKey, library);
        expect(recoverAddress(digest, signer.signDigest(digest), library)).toBe(signer.address);
      }),
      { numRuns: 15 },
    );
  });

  it('agrees with viem on addresses and signatures', async () => {
    await fc.assert(
      fc.asyncProperty(key, bytes32, async (privateKey, digest) => {
        const signer = createSigner(privateKey, library);
        expect(signer.address).toBe(privateKeyToAddress(privateKey));
        expect(await viemRecover({ hash: digest, signature: signer.signDigest(digest) })).toBe(signer.address);
      }),
      { numRuns: 5 },
    );
  });

  it('signs as every other library does, deterministically', () => {
    fc.assert(
      fc.property(key, bytes32, (privateKey, digest) => {
        const signature = createSigner(privateKey, nobleSecp256k1).signDigest(digest);
        expect(createSigner(privateKey, library).signDigest(digest)).toBe(signature);
      }),
      { numRuns: 10 },
    );
  });

  it('refuses or recovers any 65 bytes, and agrees with the other library about it', () => {
    fc.assert(
      fc.property(bytes32, fc.uint8Array({ minLength: 64, maxLength: 64 }), fc.constantFrom('1b', '1c'), (digest, rs, v) => {
        const signature = `${bytesToHex(rs)}${v}` as const;
        expect(outcome(() => recoverAddress(digest, signature, library))).toBe(
          outcome(() => recoverAddress(digest, signature, nobleSecp256k1)),
        );
      }),
      { numRuns: 25 },
    );
  });
});

/** The address, or the reason of the refusal; anything else that is thrown is a failure. */
function outcome(recover: () => string): string {
  try {
    return recover();
  } catch (error) {
    if (AppError.is(error, 'SIGNATURE_INVALID')) return String(error.data['reason']);
    throw error;
  }
}
