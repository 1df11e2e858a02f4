import { hexToBytes, keccak256, type Address, type Hex } from 'viem';

/** Whether a header's bloom admits logs of this address: false is certain, true is likely. */
export function bloomMayHold(bloom: Hex, address: Address): boolean {
  const bits = hexToBytes(bloom);
  const hash = keccak256(hexToBytes(address), 'bytes');
  return [0, 2, 4].every((at) => {
    const bit = (((hash[at] ?? 0) << 8) | (hash[at + 1] ?? 0)) & 2047;
    return ((bits[bits.length - 1 - (bit >> 3)] ?? 0) & (1 << (bit & 7))) !== 0;
  });
}
