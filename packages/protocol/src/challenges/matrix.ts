import { z } from 'zod';

export const MAX_MATRIX_SIZE = 256;
const PRODUCT_BYTES = MAX_MATRIX_SIZE * MAX_MATRIX_SIZE * 4;

/** Multiply the two size×size matrices that `seed` gives (packages/domain/src/challenges/matrix.ts), entries modulo `modulus`. */
export const matrixParamsSchema = z.strictObject({
  seed: z.int().min(0).max(0xffff_ffff),
  size: z.int().min(1).max(MAX_MATRIX_SIZE),
  modulus: z
    .int()
    .min(2)
    .max(1 << 21),
});
export type MatrixParams = z.infer<typeof matrixParamsSchema>;

/** Base64 of size² signed 32-bit little-endian integers, row-major, each in [0, modulus). */
export const matrixResultSchema = z.strictObject({
  product: z.base64().max(Math.ceil(PRODUCT_BYTES / 3) * 4),
});
export type MatrixResult = z.infer<typeof matrixResultSchema>;
