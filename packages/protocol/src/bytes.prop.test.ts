import fc from 'fast-check';
import { bytesToHex } from 'viem/utils';
import { expect, it } from 'vitest';

import { fromHex, toHex } from './bytes.ts';

it('hex is what viem writes, and reads back in either case', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const hex = toHex(bytes);
      expect(hex).toBe(bytesToHex(bytes));
      expect(fromHex(hex)).toEqual(bytes);
      expect(fromHex(`0x${hex.slice(2).toUpperCase()}`)).toEqual(bytes);
    }),
  );
});
