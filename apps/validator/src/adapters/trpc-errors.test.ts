import { AppError } from '@muster/protocol/errors/app-error';
import { GuardedFetchError } from '@muster/runtime/guarded-fetch';
import { describe, expect, it } from 'vitest';
import { toPeerError } from './trpc-errors.ts';

const wire = (code: 'CHALLENGE_KIND_UNKNOWN') => Object.assign(new Error('trpc'), { data: { app: new AppError(code).toWire() } });

describe('toPeerError', () => {
  it.each([
    ['what the peer refused', wire('CHALLENGE_KIND_UNKNOWN'), 'CHALLENGE_KIND_UNKNOWN'],
    ['what the relay refused', new Error('trpc', { cause: new AppError('ENDPOINT_UNREACHABLE') }), 'ENDPOINT_UNREACHABLE'],
    ['what the relay refused about itself', new Error('trpc', { cause: new AppError('NOT_A_VALIDATOR') }), 'NOT_A_VALIDATOR'],
    [
      'an address that nobody may be sent to',
      new Error('trpc', { cause: new GuardedFetchError('ADDRESS_FORBIDDEN', 'no') }),
      'ADDRESS_REFUSED',
    ],
    ['a redirect', new GuardedFetchError('REDIRECT_REFUSED', 'no'), 'ADDRESS_REFUSED'],
    ['an answer without end', new Error('trpc', { cause: new GuardedFetchError('RESPONSE_TOO_LARGE', 'no') }), 'RESPONSE_INVALID'],
    ['no answer', new Error('trpc', { cause: new GuardedFetchError('TIMED_OUT', 'no') }), 'ENDPOINT_UNREACHABLE'],
    ['anything else', 'odd', 'ENDPOINT_UNREACHABLE'],
  ] as const)('gives %s its code', (_title, error, code) => {
    expect(toPeerError(error, 'ENDPOINT_UNREACHABLE').code).toBe(code);
  });
});
