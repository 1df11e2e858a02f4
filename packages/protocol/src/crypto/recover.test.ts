import { describe, expect, it } from 'vitest';

import { highSTwin } from '../../scripts/refusal-vectors.ts';
import { AppError } from '../errors/app-error.ts';
import { nativeSecp256k1 } from './library.ts';
import { nobleSecp256k1 } from './noble-secp256k1.ts';
import { recoverAddress } from './recover.ts';
import { createSigner } from './signer.ts';

const DIGEST = `0x${'42'.repeat(32)}` as const;

describe.each([nobleSecp256k1, nativeSecp256k1].flatMap((library) => (library ? [[library.name, library] as const] : [])))(
  '%s',
  (_, library) => {
    const signature = createSigner(`0x${'11'.repeat(32)}`, library).signDigest(DIGEST);
    const refusal = (digest: `0x${string}`, bytes: `0x${string}`) => {
      try {
        return recoverAddress(digest, bytes, library);
      } catch (error) {
        return AppError.is(error, 'SIGNATURE_INVALID') ? error.data : error;
      }
    };

    it.each([
      ['the twin with the high s', highSTwin(signature), 'high-s'],
      ['a recovery byte of 0', `${signature.slice(0, 130)}00` as `0x${string}`, 'v'],
      ['a recovery byte of 29', `${signature.slice(0, 130)}1d` as `0x${string}`, 'v'],
      ['64 bytes', signature.slice(0, 130) as `0x${string}`, 'length'],
      ['zeros', `0x${'00'.repeat(64)}1b` as const, 'unrecoverable'],
      ['an r that is on no point', `0x${'ff'.repeat(32)}${'01'.repeat(32)}1b` as const, 'unrecoverable'],
    ])('refuses %s', (__, bytes, reason) => {
      expect(refusal(DIGEST, bytes)).toEqual({ reason });
    });
  },
);

describe('createSigner', () => {
  it.each([
    ['zero', `0x${'00'.repeat(32)}`],
    ['the order of the curve', '0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'],
    ['31 bytes', `0x${'11'.repeat(31)}`],
    ['what is no hex', `0x${'zz'.repeat(32)}`],
  ] as const)('refuses %s without repeating it', (_, key) => {
    for (const library of [nobleSecp256k1, nativeSecp256k1]) {
      const create = () => createSigner(key, library);
      expect(create).toThrow('KEY_INVALID');
      expect(create).not.toThrow(key);
    }
  });

  it('does not show its key', () => {
    const signer = createSigner(`0x${'11'.repeat(32)}`);
    expect(JSON.stringify(signer)).toBe(JSON.stringify({ address: signer.address }));
  });
});
