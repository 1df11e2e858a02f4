import { loadNative } from '#native-secp256k1';

import { nobleSecp256k1 } from './noble-secp256k1.ts';
import type { Secp256k1Library } from './secp256k1-library.ts';

export const nativeSecp256k1: Secp256k1Library | undefined = loadNative();

/** Chosen once, at load: native where it loads, else pure JavaScript. */
export const secp256k1Library: Secp256k1Library = nativeSecp256k1 ?? nobleSecp256k1;
