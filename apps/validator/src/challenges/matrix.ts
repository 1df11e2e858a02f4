import { checkProduct, decodeMatrix, DEFAULT_MODULUS } from '@muster/domain/challenges/matrix';
import { matrixResultSchema, type MatrixParams, type MatrixResult } from '@muster/protocol/challenges/matrix';
import type { ChallengeKind } from './challenge-kind.ts';

const SIZE = 64;
/** A wrong product passes with probability (2⁻²⁰)². */
const FREIVALDS_ROUNDS = 2;

/** The node multiplies two seeded matrices; Freivalds' algorithm checks the product without redoing it. */
export const matrix: ChallengeKind<MatrixParams, MatrixResult> = {
  name: 'matrix',
  ttlMs: 60_000,
  result: matrixResultSchema,
  prepare: ({ random }) => ({ seed: random.u32(), size: SIZE, modulus: DEFAULT_MODULUS }),
  verify({ params, result, context }) {
    const product = decodeMatrix(result.product, params.size);
    if (!product) return { ok: false, reason: `the product does not have ${params.size}×${params.size} entries` };
    const right = checkProduct(params, product, { rounds: FREIVALDS_ROUNDS, randomU32: context.random.u32 });
    return right ? { ok: true } : { ok: false, reason: 'the matrix product is wrong' };
  },
};
