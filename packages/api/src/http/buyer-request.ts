import type { IncomingMessage } from 'node:http';
import type { AllowedOrigins } from './allowed-origins.ts';
import { tokenFromBearer, tokenFromCookies } from './session-cookie.ts';

/**
 * Who a request claims to be. A cookie counts only where no foreign page can have sent it: on a GET (which changes nothing and
 * whose answer the browser hides from other origins) or with our own Origin. A bearer token is never sent by a browser unasked.
 */
export function tokenOf(req: IncomingMessage, origins: AllowedOrigins): string | null {
  const bearer = tokenFromBearer(req.headers.authorization);
  if (bearer !== null) return bearer;
  const origin = req.headers.origin;
  const isUpgrade = req.headers.upgrade !== undefined;
  const trusted = origin === undefined ? req.method === 'GET' && !isUpgrade : origins.has(origin);
  return trusted ? tokenFromCookies(req.headers.cookie) : null;
}

/** The page's origin where it is ours: Sign-In with Ethereum names it. */
export const originOf = (req: IncomingMessage, origins: AllowedOrigins): string => {
  const origin = req.headers.origin;
  return origin !== undefined && origins.has(origin) ? origin : origins.primary;
};
