import type { Hex } from 'viem';

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const encoder = new TextEncoder();

/** Bytes as lowercase hex. */
export function toHex(bytes: Uint8Array): Hex {
  let text = '';
  for (const byte of bytes) text += HEX[byte];
  return `0x${text}`;
}

/** Hex that a schema has already checked, as bytes. */
export function fromHex(hex: Hex): Uint8Array {
  const bytes = new Uint8Array((hex.length - 2) / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 + 2 * i, 4 + 2 * i), 16);
  return bytes;
}

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}
