import fc from 'fast-check';
import { bytesToHex } from 'viem/utils';
import { expect, it } from 'vitest';

import { fromHex, toHex } from './bytes.ts';

it('hex is what viem writes, and reads back in either case', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), fc.uint8Array({ minLength: 1000, maxLength: 3000, size: 'max' })), (bytes) => {
      const hex = toHex(bytes);
      expect(hex).toBe(bytesToHex(bytes));
      expect(fromHex(hex)).toEqual(bytes);
      expect(fromHex(`0x${hex.slice(2).toUpperCase()}`)).toEqual(bytes);
    }),
  );
});
