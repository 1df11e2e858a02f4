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

/** Whether a value goes no deeper than so many levels. To be asked of what a stranger sent: hashing it goes down one call per level. */
export function isNestedWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((entry) => isNestedWithin(entry, levels - 1));
}
