// Not from 'viem': its utilities alone load in half the time.
import type { Address, Hex } from 'viem';
import { getAddress, isAddress } from 'viem/utils';
import { z } from 'zod';

/** An EVM address in any case on the wire, checksummed in memory; a wrong mixed-case checksum is refused. */
export const addressSchema = z.string().transform((value, context): Address => {
  if (isAddress(value)) return getAddress(value);
  context.addIssue({ code: 'custom', message: 'expected an EVM address such as 0x5FbDB2315678afecb367f032d93F642f64180aa3' });
  return z.NEVER;
});

/** `0x` and exactly `bytes` bytes of hex, lowercased. */
export function hexSchema(bytes: number) {
  const pattern = new RegExp(`^0x[0-9a-fA-F]{${bytes * 2}}$`);
  return z
    .string()
    .regex(pattern, `expected 0x and ${bytes} bytes of hex`)
    .transform((value) => value.toLowerCase() as Hex);
}

export const hash32Schema = hexSchema(32);
export const nonceSchema = hexSchema(16);
export const signatureSchema = hexSchema(65);

const MAX_UINT256 = 2n ** 256n - 1n;

/** A run's number as a decimal string without leading zeros; bigint never goes over JSON. */
export const runIdSchema = z
  .string()
  .max(78)
  .regex(/^(0|[1-9][0-9]*)$/, 'expected a decimal run id such as 1')
  .refine((value) => !/^[0-9]+$/.test(value) || BigInt(value) <= MAX_UINT256, 'expected a run id below 2^256');

export const uuidSchema = z.uuid({ version: 'v4', error: 'expected a UUIDv4' }).transform((value) => value.toLowerCase());

/** Unix time in milliseconds. */
export const timestampMsSchema = z.int().nonnegative();
/** One that a date can be: for what is shown, or kept in a column of times. */
export const instantSchema = timestampMsSchema.max(8_640_000_000_000_000);
export const durationMsSchema = z.int().nonnegative();

/**
 * Until a silent node counts as lost, and how long it goes on with a buyer's containers before it stops them of itself: a master that asks
 * for weeks would have a machine work for nobody. Six heartbeats at their slowest.
 */
export const MAX_LOST_AFTER_MS = 3_600_000;
export const lostAfterMsSchema = durationMsSchema.max(
  MAX_LOST_AFTER_MS,
  `expected at most ${MAX_LOST_AFTER_MS} ms: a node that hears nothing from its master stops its containers within an hour`,
);
/** A counter that fits in EIP-712 uint64 and in a JSON number alike. */
export const counterSchema = z.int().nonnegative();
export const uint32Schema = z.int().nonnegative().max(0xffff_ffff);
export const byteCountSchema = z.int().nonnegative();

export const TEXT_EXPECTED = 'expected text without a NUL character or half of a surrogate pair';
/** Whether a database keeps a text as it is, and its hash with it. */
export const isStorableText = (text: string): boolean => !/\0|\p{Surrogate}/u.test(text);

/** A base URL of http or https, at most 256 bytes, without credentials, query or fragment. */
export const httpUrlSchema = z
  .string()
  .max(256)
  .refine(isPlainHttpUrl, 'expected an http or https URL without credentials, query or fragment, such as http://127.0.0.1:7700');

function isPlainHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:';
  return isHttp && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}

/** A string that holds JSON, at most `maxChars` long. */
export function jsonStringSchema(maxChars: number) {
  return z.string().max(maxChars).refine(isJson, 'expected a string that holds JSON');
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}
