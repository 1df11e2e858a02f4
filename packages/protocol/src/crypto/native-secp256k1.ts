import { createRequire } from 'node:module';

import type { Secp256k1Library } from './secp256k1-library.ts';

type Bindings = typeof import('secp256k1');

/**
 * The native library, or undefined where its binary does not load. The bindings are asked for by path, because the package's own
 * entry would quietly fall back to another JavaScript implementation.
 */
export function loadNative(): Secp256k1Library | undefined {
  const bindings = loadBindings();
  if (bindings === undefined) return undefined;
  return {
    name: 'native',
    recover: (digest, signature, recovery) => bindings.ecdsaRecover(signature, recovery, digest, false),
    sign(digest, privateKey) {
      const { signature, recid } = bindings.ecdsaSign(digest, privateKey);
      return { signature, recovery: recid };
    },
    publicKeyOf: (privateKey) => bindings.publicKeyCreate(privateKey, false),
  };
}

function loadBindings(): Bindings | undefined {
  try {
    const bindings: Bindings = createRequire(import.meta.url)('secp256k1/bindings');
    return bindings;
  } catch {
    return undefined;
  }
}
