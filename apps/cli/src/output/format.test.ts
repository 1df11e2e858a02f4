import { describe, expect, it } from 'vitest';
import { formatAge, formatBytes } from './format.ts';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [80 * 2 ** 30, '80 GiB'],
    [3 * 2 ** 50, '3 PiB'],
  ])('formats %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('formatAge', () => {
  const now = Date.parse('2026-01-02T00:00:00Z');
  it.each([
    [null, null],
    ['2026-01-01T23:59:48Z', '12 s ago'],
    ['2026-01-02T00:00:05Z', '0 s ago'],
    ['2026-01-01T23:30:00Z', '30 min ago'],
    ['2026-01-01T12:00:00Z', '12 h ago'],
    ['2025-12-30T00:00:00Z', '3 d ago'],
  ])('says %s as %s', (iso, text) => {
    expect(formatAge(iso, now)).toBe(text);
  });
});
