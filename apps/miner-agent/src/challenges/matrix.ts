import { encodeMatrix, factorsOf, isExact, multiply } from '@muster/domain/challenges/matrix';
import { matrixParamsSchema, type MatrixParams, type MatrixResult } from '@muster/protocol/challenges/matrix';
import { AppError } from '@muster/protocol/errors/app-error';
import type { ChallengeKind } from './kinds.ts';

/** The schema bounds the size, so this takes milliseconds. */
export const matrix: ChallengeKind<MatrixParams, MatrixResult> = {
  params: matrixParamsSchema,
  async answer(params) {
    if (!isExact(params)) throw new AppError('BAD_INPUT', { publicMessage: 'A product of this size and modulus is not exact' });
    const { left, right } = factorsOf(params);
    return { product: encodeMatrix(multiply(left, right, params)) };
  },
};
