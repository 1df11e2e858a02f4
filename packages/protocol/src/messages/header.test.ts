import { keccak256, stringToBytes } from 'viem/utils';
import { describe, expect, it } from 'vitest';

import { NOW, SIGNER } from '../testing/messages.ts';
import { audienceOfAddress, audienceOfOrigin, newHeader } from './header.ts';

describe('newHeader', () => {
  it('carries a fresh nonce of 128 bits each time', () => {
    const make = () => newHeader({ runId: '1', sender: SIGNER.address, audience: audienceOfAddress(SIGNER.address), now: NOW, ttlMs: 5 });
    const [first, second] = [make(), make()];
    expect(first).toMatchObject({ issuedAt: NOW, expiresAt: NOW + 5 });
    expect(first.nonce).toMatch(/^0x[0-9a-f]{32}$/);
    expect(first.nonce).not.toBe(second.nonce);
  });
});

describe('audiences', () => {
  it('pads an address', () => {
    expect(audienceOfAddress('0xE7f1725E7734CE288F8367e1Bb143E90bb3F0512')).toBe(
      `0x${'00'.repeat(12)}e7f1725e7734ce288f8367e1bb143e90bb3f0512`,
    );
  });

  it('hashes the origin of a URL, whatever its path and spelling', () => {
    const expected = keccak256(stringToBytes('https://muster.example'));
    expect(audienceOfOrigin('https://muster.example/discovery')).toBe(expected);
    expect(audienceOfOrigin('HTTPS://Muster.Example:443/')).toBe(expected);
    expect(audienceOfOrigin('http://muster.example/')).not.toBe(expected);
    expect(() => audienceOfOrigin('muster')).toThrow(TypeError);
  });
});
