import { AppError } from '@muster/protocol/errors/app-error';
import { SetupError } from '@muster/runtime/setup-error';
import { describe, expect, it } from 'vitest';
import { asForeseen } from './fail.ts';

const readOnly = Object.assign(new Error("EROFS: read-only file system, open '/data/x'"), { code: 'EROFS', path: '/data/x' });

describe('what the system refuses', () => {
  it('is told as a directory to look at, also when it came up deep inside', () => {
    const told = { code: 'DATA_DIR_UNUSABLE', message: "/data/x cannot be used (EROFS: read-only file system, open '/data/x')" };
    expect(asForeseen(readOnly)).toMatchObject(told);
    expect(asForeseen(new AppError('INTERNAL', { cause: readOnly }))).toMatchObject(told);
    const known = new SetupError('DATA_DIR_UNUSABLE', '/data cannot be used as a directory', 'Check its owner.');
    expect(asForeseen(new AppError('INTERNAL', { cause: known }))).toBe(known);
  });

  it('is nothing else: a refusal of ours and a bug stay what they are', () => {
    const bug = new TypeError('x is undefined');
    const odd = Object.assign(new Error('connect'), { code: 'ECONNREFUSED', path: '/run/docker.sock' });
    const refusal = new AppError('RUN_CLOSED');
    const wrapped = new AppError('INTERNAL', { cause: bug });
    for (const error of [bug, odd, refusal, wrapped]) expect(asForeseen(error)).toBe(error);
  });
});
