import { describe, expect, it } from 'vitest';
import { formatBytes, formatDuration, formatPercent, formatRelative, plural, shortHash } from './format.ts';

describe('format', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [536_870_912, '512 MiB'],
    [1_610_612_736, '1.5 GiB'],
    [2 ** 60, '1024 PiB'],
  ])('writes %i bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0, '0s'],
    [999, '1s'],
    [65_000, '1m 5s'],
    [3_600_000, '1h'],
    [3_725_000, '1h 2m'],
    [90_061_000, '1d 1h'],
    [-5, '0s'],
  ])('writes %i ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('says how long ago, and how soon', () => {
    expect(formatRelative(0, 500)).toBe('just now');
    expect(formatRelative(0, 12_000)).toBe('12s ago');
    expect(formatRelative(300_000, 0)).toBe('in 5m');
  });

  it('shortens what is long and nothing else', () => {
    expect(shortHash('0x70997970C51812dc3A010C7d01b50e0d17dc79C8')).toBe('0x7099…79C8');
    expect(shortHash('0x1234')).toBe('0x1234');
  });

  it('counts and bounds', () => {
    expect([plural(1, 'copy', 'copies'), plural(2, 'copy', 'copies')]).toEqual(['1 copy', '2 copies']);
    expect([formatPercent(-1), formatPercent(0.734), formatPercent(7)]).toEqual(['0 %', '73 %', '100 %']);
  });
});
