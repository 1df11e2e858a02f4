import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { formatBytes, parseBytes } from './bytes.ts';
import { didYouMean } from './did-you-mean.ts';
import { formatDuration, parseDuration } from './duration.ts';

describe('bytes', () => {
  it('reads back whatever it writes', () => {
    const powers = fc
      .tuple(fc.nat(2000), fc.constantFrom(1, 1e3, 1e6, 1e9, 1e12, 2 ** 10, 2 ** 20, 2 ** 30, 2 ** 40))
      .map(([n, unit]) => n * unit);
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeNat(), powers), (bytes) => {
        expect(parseBytes(formatBytes(bytes))).toBe(bytes);
      }),
    );
  });

  it('reads decimals exactly', () => {
    fc.assert(
      fc.property(fc.nat(9_999_999), (tenths) => {
        expect(parseBytes(`${Math.floor(tenths / 10)}.${tenths % 10}GB`)).toBe(tenths * 1e8);
      }),
    );
  });

  it.each([
    ['64.1GB', 64_100_000_000],
    ['512MiB', 512 * 2 ** 20],
    ['1.5 GB', 1.5e9],
    ['1tb', 1e12],
    ['7', 7],
    ['0.5KiB', 512],
    ['0.001kB', 1],
  ])('reads %s', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it.each(['', '-1GB', 'GB', '1XB', '0.3B', '1e9', '1 GB B', '99999999PB', '1..2', '0x10'])('does not read %s', (text) => {
    expect(parseBytes(text)).toBeUndefined();
  });
});

describe('durations', () => {
  it('reads back whatever it writes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.nat(),
          fc.nat(100).map((n) => n * 60_000),
        ),
        (ms) => {
          expect(parseDuration(formatDuration(ms))).toBe(ms);
        },
      ),
    );
  });

  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['1.1s', 1100],
    ['0.001s', 1],
    ['2d', 172_800_000],
    ['0s', 0],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '30', 's', '30 s', '-1s', '1h 30m', '1h1h', '30sec', '1.0001s', '1w'])('does not read "%s"', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('didYouMean', () => {
  it.each([
    ['memroy', 'memory'],
    ['Memory', 'memory'],
    ['mem', 'memory'],
    ['gpu_memory', 'gpu.memory'],
    ['cpus', 'cpu'],
  ])('takes %s for %s', (word, meant) => {
    expect(didYouMean(word, ['cpu', 'memory', 'disk', 'gpu', 'gpu.memory'])).toBe(meant);
  });

  it('does not guess wildly, and does not read novels', () => {
    expect(didYouMean('bandwidth', ['cpu', 'memory'])).toBeUndefined();
    expect(didYouMean('x'.repeat(1e6), ['cpu', 'memory'])).toBeUndefined();
  });
});
