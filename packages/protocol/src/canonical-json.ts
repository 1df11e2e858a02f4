import { keccak_256 } from '@noble/hashes/sha3.js';
import canonicalize from 'canonicalize';
import type { Hex } from 'viem';

import { toHex, utf8 } from './bytes.ts';

/** RFC 8785 canonical JSON. Throws TypeError for a value that JSON cannot hold. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('this value has no JSON form');
  return text;
}

/** keccak256 of the canonical JSON: equal documents have equal hashes, whatever their key order. */
export function hashJson(value: unknown): Hex {
  return toHex(keccak_256(utf8(canonicalJson(value))));
}
