import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkProduct, decodeMatrix, DEFAULT_MODULUS, encodeMatrix, factorsOf, multiply, type MatrixParams } from './matrix.ts';

const params = fc.record({
  seed: fc.nat(0xffff_ffff),
  size: fc.integer({ min: 1, max: 12 }),
  modulus: fc.constantFrom(2, 7, 101, DEFAULT_MODULUS),
});
const productOf = (given: MatrixParams) => {
  const { left, right } = factorsOf(given);
  return multiply(left, right, given);
};
/** Deterministic per test run: fast-check gives the seed. */
const randomFrom = (seed: number) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state ^ (state >>> 13)) >>> 0;
  };
};

describe('checkProduct', () => {
  it('accepts every right product', () => {
    fc.assert(
      fc.property(params, fc.nat(), (given, seed) => {
        expect(checkProduct(given, productOf(given), { rounds: 2, randomU32: randomFrom(seed) })).toBe(true);
      }),
    );
  });

  it('catches every wrong entry under the modulus in use', () => {
    const wrong = fc.record({ seed: fc.nat(0xffff_ffff), size: fc.integer({ min: 1, max: 12 }), modulus: fc.constant(DEFAULT_MODULUS) });
    fc.assert(
      fc.property(wrong, fc.nat(), fc.nat(), fc.integer({ min: 1, max: DEFAULT_MODULUS - 1 }), (given, seed, at, shift) => {
        const product = productOf(given);
        const index = at % product.length;
        product[index] = (product[index]! + shift) % given.modulus;
        // Passes by bad luck with probability 2⁻⁴⁰.
        expect(checkProduct(given, product, { rounds: 2, randomU32: randomFrom(seed) })).toBe(false);
      }),
    );
  });

  it('lets a wrong product pass no more often than modulus^−rounds', () => {
    const given = { seed: 42, size: 4, modulus: 2 };
    const product = productOf(given);
    product[5] = 1 - product[5]!;
    const passed = (rounds: number) => {
      const randomU32 = randomFrom(7);
      return (
        Array.from({ length: 4_000 }, () => checkProduct(given, product, { rounds, randomU32: () => randomU32() >>> 9 })).filter(Boolean)
          .length / 4_000
      );
    };
    // The bound is tight for a single wrong entry; five standard deviations of slack.
    expect(passed(1)).toBeGreaterThan(0.46);
    expect(passed(1)).toBeLessThan(0.54);
    expect(passed(4)).toBeLessThan(1 / 16 + 0.02);
  });

  it('refuses entries outside [0, modulus) and products of another size', () => {
    const given = { seed: 1, size: 3, modulus: 101 };
    const product = productOf(given);
    const check = (candidate: Int32Array) => checkProduct(given, candidate, { rounds: 1, randomU32: randomFrom(1) });
    expect(check(product.map((entry, i) => (i === 0 ? entry + 101 : entry)))).toBe(false);
    expect(check(product.map((entry, i) => (i === 0 ? entry - 101 : entry)))).toBe(false);
    expect(check(product.slice(1))).toBe(false);
  });
});

describe('factorsOf', () => {
  it('gives the same known matrices on every machine', () => {
    const { left, right } = factorsOf({ seed: 7, size: 2, modulus: 1_000 });
    expect({ left: [...left], right: [...right] }).toMatchInlineSnapshot(`
      {
        "left": [
          609,
          933,
          66,
          487,
        ],
        "right": [
          376,
          409,
          112,
          430,
        ],
      }
    `);
  });
});

describe('encodeMatrix', () => {
  it('is undone by decodeMatrix', () => {
    fc.assert(
      fc.property(params, (given) => {
        expect(decodeMatrix(encodeMatrix(productOf(given)), given.size)).toEqual(productOf(given));
      }),
    );
  });

  it('refuses text of another length', () => {
    expect(decodeMatrix(encodeMatrix(Int32Array.of(1, 2, 3)), 2)).toBeNull();
  });
});
