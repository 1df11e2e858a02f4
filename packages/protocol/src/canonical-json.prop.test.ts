import fc from 'fast-check';
import { keccak256, stringToBytes } from 'viem/utils';
import { describe, expect, it } from 'vitest';

import { canonicalJson, hashJson } from './canonical-json.ts';

/** The same document with its keys in another order, all the way down. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

describe('canonicalJson', () => {
  it('is the same for documents that differ in key order only, and reads back the same', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(reversed(value))).toBe(text);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it('follows RFC 8785', () => {
    const numbers = [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27];
    expect(canonicalJson({ numbers, literals: [null, true, false], '€': '\u000f\nA\'B"\\' })).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"€":"\\u000f\\nA\'B\\"\\\\"}',
    );
    // Keys go by UTF-16 code units, not by code points.
    expect(canonicalJson({ '\ufb33': 1, '\ud83d\ude00': 2, '\r': 3 })).toBe('{"\\r":3,"\ud83d\ude00":2,"\ufb33":1}');
  });

  it.each([[undefined], [Number.NaN], [{ x: Number.POSITIVE_INFINITY }]])('refuses %j, which JSON cannot hold', (value) => {
    expect(() => canonicalJson(value)).toThrow();
  });
});

describe('hashJson', () => {
  it('is the keccak of the canonical text in UTF-8', () => {
    expect(hashJson({ b: 'Grüße 🌍', a: 1 })).toBe(keccak256(stringToBytes('{"a":1,"b":"Grüße 🌍"}')));
  });
});
