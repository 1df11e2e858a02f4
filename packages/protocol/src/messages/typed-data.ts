import { keccak_256 } from '@noble/hashes/sha3.js';
import type { Hex } from 'viem';

import { fromHex, toHex, utf8 } from '../bytes.ts';
import type { MusterDomain } from './domain.ts';

/**
 * EIP-712 hashing for flat structs. viem's hashTypedData says the same (typed-data.prop.test.ts) but takes milliseconds,
 * which would cost more than the recovery of the signer.
 */
export type FieldType = 'uint256' | 'uint64' | 'uint32' | 'bool' | 'address' | 'bytes32' | 'bytes16' | 'string';
export type FieldTypes = Readonly<Record<string, FieldType>>;

const DOMAIN_TYPE = 'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)';

/** `Name(type a,type b)`: what the type hash is the keccak of. */
export function encodeType(name: string, types: FieldTypes): string {
  return `${name}(${Object.entries(types)
    .map(([field, type]) => `${type} ${field}`)
    .join(',')})`;
}

export function typeHashOf(name: string, types: FieldTypes): Uint8Array {
  return keccak_256(utf8(encodeType(name, types)));
}

export type Struct = { typeHash: Uint8Array; types: FieldTypes; message: Readonly<Record<string, unknown>> };

/** The digest that is signed: keccak256(0x1901 ‖ domain separator ‖ struct hash). */
export function typedDataDigest(domain: MusterDomain, struct: Struct): Hex {
  const bytes = new Uint8Array(66);
  bytes.set([0x19, 0x01]);
  bytes.set(separatorOf(domain), 2);
  bytes.set(structHash(struct), 34);
  return toHex(keccak_256(bytes));
}

// Domains are made once per process, so the cache stays as small as the number of chains it serves.
const separators = new WeakMap<MusterDomain, Uint8Array>();

function separatorOf(domain: MusterDomain): Uint8Array {
  const known = separators.get(domain);
  if (known) return known;
  const types = { name: 'string', version: 'string', chainId: 'uint256', verifyingContract: 'address' } as const;
  const separator = structHash({ typeHash: keccak_256(utf8(DOMAIN_TYPE)), types, message: domain });
  separators.set(domain, separator);
  return separator;
}

function structHash({ typeHash, types, message }: Struct): Uint8Array {
  const fields = Object.entries(types);
  const bytes = new Uint8Array(32 * (fields.length + 1));
  bytes.set(typeHash);
  fields.forEach(([name, type], index) => bytes.set(encodeWord(type, message[name]), 32 * (index + 1)));
  return keccak_256(bytes);
}

function encodeWord(type: FieldType, value: unknown): Uint8Array {
  if (type === 'string') return keccak_256(utf8(String(value)));
  if (type === 'bytes32' || type === 'bytes16') return padded(fromHex(value as Hex), 'right');
  if (type === 'address') return padded(fromHex(value as Hex), 'left');
  return uintWord(type === 'bool' ? Number(value) : (value as string | number));
}

function padded(bytes: Uint8Array, side: 'left' | 'right'): Uint8Array {
  const word = new Uint8Array(32);
  word.set(bytes, side === 'left' ? 32 - bytes.length : 0);
  return word;
}

function uintWord(value: string | number): Uint8Array {
  const hex = BigInt(value).toString(16);
  return fromHex(`0x${hex.padStart(64, '0')}`);
}

/** The form that wallets and viem take (`signTypedData`, `hashTypedData`). */
export function typedDataOf(domain: MusterDomain, struct: Omit<Struct, 'typeHash'> & { name: string }) {
  const fields = Object.entries(struct.types).map(([name, type]) => ({ name, type }));
  const message = Object.fromEntries(fields.map(({ name, type }) => [name, toAbiValue(type, struct.message[name])]));
  return { domain, types: { [struct.name]: fields }, primaryType: struct.name, message };
}

function toAbiValue(type: FieldType, value: unknown): unknown {
  return type.startsWith('uint') ? BigInt(value as string | number) : value;
}
