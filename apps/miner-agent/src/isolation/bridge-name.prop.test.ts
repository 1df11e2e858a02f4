import fc from 'fast-check';
import { getAddress, toHex } from 'viem';
import { expect, it } from 'vitest';
import { bridgeName, bridgePrefix, MAX_INTERFACE_NAME } from './bridge-name.ts';

const nodes = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => getAddress(toHex(bytes)));

it('names every bridge within what Linux takes, under the prefix of its node, and two networks differently', () => {
  fc.assert(
    fc.property(nodes, fc.uuid(), fc.uuid(), (node, one, other) => {
      const name = bridgeName(node, one);
      expect(name).toMatch(/^[a-z0-9]+$/);
      expect(name.length).toBe(MAX_INTERFACE_NAME);
      expect(name.startsWith(bridgePrefix(node))).toBe(true);
      expect(bridgeName(node, other) === name).toBe(one === other);
    }),
  );
});
