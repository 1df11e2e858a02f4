import { AppError } from '@muster/protocol/errors/app-error';
import type { ErrorCode } from '@muster/protocol/errors/codes';
import { GuardedFetchError, type GuardedFetchErrorCode } from '@muster/runtime/guarded-fetch';

/** What a peer refused, or that it could not be reached at all (`unreachable`), as an AppError. */
export function toPeerError(error: unknown, unreachable: ErrorCode): AppError {
  const refusal = AppError.fromWire(error) ?? findRefusal(error);
  if (refusal) return refusal;
  const guarded = findGuarded(error);
  if (guarded?.code === 'RESPONSE_TOO_LARGE') return new AppError('RESPONSE_INVALID', { cause: error });
  if (guarded && REFUSED_BY_US.has(guarded.code)) return new AppError('ADDRESS_REFUSED', { cause: error });
  return new AppError(unreachable, { cause: error });
}

const REFUSED_BY_US: ReadonlySet<string> = new Set<GuardedFetchErrorCode>([
  'URL_INVALID',
  'SCHEME_FORBIDDEN',
  'USERINFO_FORBIDDEN',
  'PORT_FORBIDDEN',
  'HOST_FORBIDDEN',
  'ADDRESS_FORBIDDEN',
  'REDIRECT_REFUSED',
]);

/** What a relay refused, below the call that went through it. */
function findRefusal(error: unknown): AppError | undefined {
  return causesOf(error).find((cause) => AppError.is(cause));
}

function findGuarded(error: unknown): GuardedFetchError | undefined {
  return causesOf(error).find((cause) => cause instanceof GuardedFetchError);
}

function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let cause = error; cause instanceof Error && causes.length < 5; cause = cause.cause) causes.push(cause);
  return causes;
}
