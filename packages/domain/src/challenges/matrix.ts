/**
 * A product of two seeded integer matrices, checked by Freivalds' algorithm: the node spends size³ steps, the validator size² per round.
 * All arithmetic is exact in doubles: size · (modulus − 1)² must stay below 2⁵³.
 */
export interface MatrixParams {
  /** Unsigned 32 bits. */
  seed: number;
  size: number;
  /** A prime: Freivalds' bound of 1/modulus per round holds in a field only. */
  modulus: number;
}

/** Row-major, entries in [0, modulus). */
export type Matrix = Int32Array;

/** The largest prime below 2²⁰: one round of Freivalds errs with probability under one in a million. */
export const DEFAULT_MODULUS = 1_048_573;

export const isExact = ({ size, modulus }: Pick<MatrixParams, 'size' | 'modulus'>): boolean =>
  Number.isSafeInteger(size * (modulus - 1) ** 2) && modulus <= 2 ** 31;

/** Both factors of a challenge: the first size² draws fill the left one, the next size² the right one. */
export function factorsOf({ seed, size, modulus }: MatrixParams): { left: Matrix; right: Matrix } {
  const next = splitmix32(seed);
  const draw = (): Matrix => Int32Array.from({ length: size * size }, () => next() % modulus);
  return { left: draw(), right: draw() };
}

export function multiply(left: Matrix, right: Matrix, { size, modulus }: Omit<MatrixParams, 'seed'>): Matrix {
  assertExact({ size, modulus });
  const product = new Int32Array(size * size);
  const row = new Float64Array(size);
  for (let i = 0; i < size; i += 1) {
    row.fill(0);
    for (let k = 0; k < size; k += 1) {
      const factor = left[i * size + k]!;
      for (let j = 0; j < size; j += 1) row[j]! += factor * right[k * size + j]!;
    }
    for (let j = 0; j < size; j += 1) product[i * size + j] = row[j]! % modulus;
  }
  return product;
}

export interface FreivaldsOptions {
  /** A wrong product passes with probability at most modulus^−rounds. */
  rounds: number;
  /** Uniform unsigned 32 bits, unknown to the node (a node that foresees them can fool the check). */
  randomU32: () => number;
}

/** Whether `product` is left · right. A right product always passes. */
export function checkProduct(params: MatrixParams, product: Matrix, { rounds, randomU32 }: FreivaldsOptions): boolean {
  assertExact(params);
  const { size, modulus } = params;
  if (product.length !== size * size || product.some((entry) => entry < 0 || entry >= modulus)) return false;
  const { left, right } = factorsOf(params);
  for (let round = 0; round < rounds; round += 1) {
    const vector = Float64Array.from({ length: size }, () => randomU32() % modulus);
    const expected = apply(left, apply(right, vector, params), params);
    if (apply(product, vector, params).some((entry, i) => entry !== expected[i])) return false;
  }
  return true;
}

/** The wire form: base64 of signed 32-bit little-endian entries, row-major. */
export function encodeMatrix(matrix: Matrix): string {
  const bytes = Buffer.alloc(matrix.length * 4);
  matrix.forEach((entry, i) => bytes.writeInt32LE(entry, i * 4));
  return bytes.toString('base64');
}

/** Null when the text is not exactly `size`² entries. */
export function decodeMatrix(text: string, size: number): Matrix | null {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== size * size * 4) return null;
  return Int32Array.from({ length: size * size }, (_, i) => bytes.readInt32LE(i * 4));
}

function apply(matrix: Matrix, vector: Float64Array, { size, modulus }: MatrixParams): Float64Array {
  const result = new Float64Array(size);
  for (let i = 0; i < size; i += 1) {
    let sum = 0;
    for (let j = 0; j < size; j += 1) sum += matrix[i * size + j]! * vector[j]!;
    result[i] = sum % modulus;
  }
  return result;
}

function assertExact(params: Pick<MatrixParams, 'size' | 'modulus'>): void {
  if (!isExact(params)) throw new RangeError(`A ${params.size}×${params.size} product modulo ${params.modulus} is not exact in doubles.`);
}

/** SplitMix32: every seed gives a full-period sequence, in integer arithmetic that every language has. */
function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}
