import { keccak_256 } from '@noble/hashes/sha3.js';
import type { Address, Hex } from 'viem';

import { toHex, utf8 } from '../bytes.ts';
import { addressSchema, hash32Schema, nonceSchema, runIdSchema, timestampMsSchema } from '../primitives.ts';

/** The fields that every handshake message begins with. */
export const headerShape = {
  runId: runIdSchema,
  sender: addressSchema,
  /** Whom it is for: audienceOfAddress or audienceOfOrigin. */
  audience: hash32Schema,
  nonce: nonceSchema,
  issuedAt: timestampMsSchema,
  expiresAt: timestampMsSchema,
};

export const headerTypes = {
  runId: 'uint256',
  sender: 'address',
  audience: 'bytes32',
  nonce: 'bytes16',
  issuedAt: 'uint64',
  expiresAt: 'uint64',
} as const;

export type Header = { runId: string; sender: Address; audience: Hex; nonce: Hex; issuedAt: number; expiresAt: number };

export type HeaderInput = {
  runId: string;
  sender: Address;
  audience: Hex;
  /** Unix ms; becomes issuedAt. */
  now: number;
  ttlMs: number;
  random?: (bytes: number) => Uint8Array;
};

/** A header with a fresh nonce. */
export function newHeader({ runId, sender, audience, now, ttlMs, random = randomBytes }: HeaderInput): Header {
  return { runId, sender, audience, nonce: toHex(random(16)), issuedAt: now, expiresAt: now + ttlMs };
}

/** A node, master or validator as audience: its address, left-padded to 32 bytes. */
export function audienceOfAddress(address: Address): Hex {
  return `0x${address.slice(2).toLowerCase().padStart(64, '0')}`;
}

/** Discovery as audience: keccak256 of the origin of its URI. Throws TypeError for what is no URL. */
export function audienceOfOrigin(url: string): Hex {
  return toHex(keccak_256(utf8(new URL(url).origin)));
}

function randomBytes(length: number): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(length));
}
