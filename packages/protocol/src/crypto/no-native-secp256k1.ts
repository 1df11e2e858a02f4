import type { Secp256k1Library } from './secp256k1-library.ts';

/** What browsers get in place of native-secp256k1.ts (see "imports" in package.json). */
export function loadNative(): Secp256k1Library | undefined {
  return undefined;
}
