import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { formatRequirements } from './format-requirements.ts';
import { parseRequirements } from './parse-requirements.ts';
import { MAX_REQUIREMENTS_BYTES, REQUIREMENT_KEYS, type Range, type Requirements } from './requirements.ts';

const rangeOf = (values: fc.Arbitrary<number>): fc.Arbitrary<Range> =>
  fc.oneof(
    values.map((min) => ({ min })),
    values.map((max) => ({ max })),
    fc.tuple(values, values).map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) })),
  );
const counts = rangeOf(fc.nat(999_999));
const sizes = rangeOf(
  fc.oneof(
    fc.maxSafeNat(),
    fc.nat(4096).map((n) => n * 1e9),
    fc.nat(4096).map((n) => n * 2 ** 30),
  ),
);
const model = fc.constantFrom('H100', 'A100', 'RTX 4090', 'RTX 6000 Ada', 'B200-SXM', 'MI300X');
const gpu = fc.oneof(fc.record({ count: counts }), fc.record({ model, count: counts }));
const requirements: fc.Arbitrary<Requirements> = fc.record(
  { cpu: counts, memoryBytes: sizes, diskBytes: sizes, gpu, gpuMemoryBytes: sizes },
  { requiredKeys: [] },
);

describe('the requirement language', () => {
  it('reads back whatever it writes, and writes it the same again', () => {
    fc.assert(
      fc.property(requirements, (asked) => {
        const text = formatRequirements(asked);
        expect(parseRequirements(text)).toEqual({ ok: true, value: asked });
      }),
      { numRuns: 500 },
    );
  });

  it('does not care about space or order', () => {
    fc.assert(
      fc.property(requirements, fc.constantFrom('', ' ', '\n', '  \t '), (asked, space) => {
        const items = formatRequirements(asked)
          .split(', ')
          .filter((item) => item !== '')
          .toReversed();
        const text = items.map((item) => item.replace(':', `${space}:${space}`)).join(`${space},${space}`);
        expect(parseRequirements(text)).toEqual({ ok: true, value: asked });
      }),
    );
  });

  it('refuses an unknown key at any place, and points at it', () => {
    const key = fc.stringMatching(/^[a-z.]{1,12}$/).filter((word) => !REQUIREMENT_KEYS.some((known) => known === word));
    fc.assert(
      fc.property(requirements, key, fc.nat(5), (asked, unknown, at) => {
        const items = formatRequirements(asked)
          .split(', ')
          .filter((item) => item !== '');
        items.splice(at, 0, `${unknown}: 1..`);
        const text = items.join(', ');
        const parsed = parseRequirements(text);
        expect(parsed.ok).toBe(false);
        if (!parsed.ok) expect(text.slice(parsed.error.at.start, parsed.error.at.end)).toBe(unknown);
      }),
    );
  });

  it('never throws, and points inside the text', () => {
    const pieces = fc.constantFrom('cpu', 'gpu', 'memory', ':', ',', '..', ' ', '8', 'H100', 'GB', '4GB', '.', '\u{1F600}');
    const text = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 20 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (given) => {
        const parsed = parseRequirements(given);
        if (parsed.ok) return;
        const { start, end } = parsed.error.at;
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeGreaterThanOrEqual(start);
        expect(end).toBeLessThanOrEqual(given.length);
        expect(parsed.error.hint).not.toBe('');
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses what the contract would not take', () => {
    const parsed = parseRequirements(`cpu: 1${' '.repeat(MAX_REQUIREMENTS_BYTES)}`);
    expect(parsed).toMatchObject({ ok: false, error: { message: expect.stringContaining('1024 bytes') } });
  });
});
