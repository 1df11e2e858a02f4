import { AppError } from '@muster/protocol/errors/app-error';
import { GuardedFetchError } from '@muster/runtime/guarded-fetch';

const REFUSED = new Set([
  'URL_INVALID',
  'SCHEME_FORBIDDEN',
  'USERINFO_FORBIDDEN',
  'PORT_FORBIDDEN',
  'HOST_FORBIDDEN',
  'ADDRESS_FORBIDDEN',
  'REDIRECT_REFUSED',
]);

/** Why a call to a peer failed: the peer's own refusal, an address that nobody may be sent to, or silence. */
export function peerError(error: unknown, unreachable: 'ENDPOINT_UNREACHABLE' | 'DISCOVERY_UNREACHABLE'): AppError {
  const told = AppError.fromWire(error);
  if (told) return told;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (AppError.is(cause)) return cause;
    if (!(cause instanceof GuardedFetchError)) continue;
    const code = REFUSED.has(cause.code) ? 'ADDRESS_REFUSED' : unreachable;
    return new AppError(code, { publicMessage: `${cause.message}.`, data: { reason: cause.code }, cause: error });
  }
  return new AppError(unreachable, { cause: error });
}
