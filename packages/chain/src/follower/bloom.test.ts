import { numberToHex } from 'viem';
import { describe, expect, it } from 'vitest';
import { bloomMayHold } from './bloom.ts';

// The bits that Anvil set in the header of a block with one RunCreated: of the registry's address, the event and two topics.
const REGISTRY = '0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512';
const BITS = [71, 120, 270, 396, 1225, 1259, 1362, 1554, 1660, 1709, 1969, 2002];
const bloom = numberToHex(
  BITS.reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n),
  { size: 256 },
);

describe('bloomMayHold', () => {
  it('finds the address whose log is in the block, and denies one whose is not', () => {
    expect(bloomMayHold(bloom, REGISTRY)).toBe(true);
    expect(bloomMayHold(bloom, '0x5FbDB2315678afecb367f032d93F642f64180aa3')).toBe(false);
  });

  it('denies any address to an empty bloom and admits every address to a full one', () => {
    expect(bloomMayHold(`0x${'00'.repeat(256)}`, REGISTRY)).toBe(false);
    expect(bloomMayHold(`0x${'ff'.repeat(256)}`, REGISTRY)).toBe(true);
  });
});
