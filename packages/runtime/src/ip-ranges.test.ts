import { describe, expect, it } from 'vitest';
import { parseIpRanges } from './ip-ranges.ts';

describe('IP ranges', () => {
  it('hold the addresses in them', () => {
    const ranges = parseIpRanges(['127.0.0.1', '10.0.0.0/8', 'fd00::/8']);
    const has = (address: string) => ranges?.has(address);
    expect(['127.0.0.1', '10.1.2.3', 'fd12::1'].map(has)).toEqual([true, true, true]);
    expect(['127.0.0.2', '11.0.0.1', 'fe80::1', 'localhost', ''].map(has)).toEqual([false, false, false, false, false]);
    expect(parseIpRanges([])?.has('127.0.0.1')).toBe(false);
  });

  it.each(['localhost', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '::1/129', ''])('are not made of %j', (range) => {
    expect(parseIpRanges([range])).toBeNull();
  });
});
