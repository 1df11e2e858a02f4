import { AppError } from '@muster/protocol/errors/app-error';
import { describe, expect, it } from 'vitest';
import { decideFailure, toAppError } from './step-failure.ts';

describe('decideFailure', () => {
  it('ends an allocation at once when waiting cannot help', () => {
    expect(decideFailure('pull', new AppError('IMAGE_NOT_FOUND'), 1)).toEqual({ retry: false });
    expect(decideFailure('start', new AppError('COMMAND_NOT_FOUND'), 1)).toEqual({ retry: false });
  });

  it('tries a pull again with growing pauses, then gives up', () => {
    const decisions = [1, 2, 3, 4].map((failures) => decideFailure('pull', new AppError('IMAGE_PULL_FAILED'), failures));
    expect(decisions).toEqual([
      { retry: true, delayMs: 1_000 },
      { retry: true, delayMs: 3_000 },
      { retry: true, delayMs: 9_000 },
      { retry: false },
    ]);
  });

  it('never gives up on an engine or a master that is away, nor on taking something down', () => {
    expect(decideFailure('create', new AppError('DOCKER_UNAVAILABLE'), 1_000)).toEqual({ retry: true, delayMs: 30_000 });
    expect(decideFailure('sync', new AppError('MASTER_UNREACHABLE'), 1_000)).toEqual({ retry: true, delayMs: 30_000 });
    expect(decideFailure('remove', new AppError('CONTAINER_START_FAILED'), 1_000)).toEqual({ retry: true, delayMs: 30_000 });
  });
});

describe('toAppError', () => {
  it.each([
    ['ENOSPC', 'DISK_FULL'],
    ['EROFS', 'DATA_DIR_UNUSABLE'],
    ['EMFILE', 'UNAVAILABLE'],
    ['EWHATEVER', 'INTERNAL'],
  ])('says %s as %s, without a path of the machine, and never ends an allocation for it', (systemCode, code) => {
    const cause = Object.assign(new Error(`${systemCode}: no, open '/home/me/.muster/x'`), { code: systemCode });
    const error = toAppError(cause);
    expect(error).toMatchObject({ code, cause });
    expect(error.publicMessage).not.toContain('/home');
    expect(decideFailure('create', error, 1_000)).toMatchObject({ retry: true });
  });

  it('finds it behind an error of our own', () => {
    const cause = Object.assign(new Error('read-only file system'), { code: 'EROFS' });
    expect(toAppError(new Error('/home/me/x cannot be used as a directory', { cause }))).toMatchObject({ code: 'DATA_DIR_UNUSABLE' });
  });
});
