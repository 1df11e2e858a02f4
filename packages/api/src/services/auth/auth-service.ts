import { createHash, randomBytes } from 'node:crypto';
import { createAuthSession, deleteAuthSession, findAuthSession } from '@muster/db/repositories/auth-sessions';
import { consumeSiweNonce, createSiweNonce } from '@muster/db/repositories/siwe';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Deps } from '../../app/deps.ts';
import type { AuthService } from '../../services.ts';
import { createRateLimiter } from '../rate-limiter.ts';
import { checkSiwe } from './check-siwe.ts';
import { verifyWallet } from './verify-wallet.ts';

const NONCE_TTL_MS = 5 * 60_000;
const SESSION_TTL_MS = 7 * 24 * 3_600_000;
const STATEMENT = 'Sign in to Muster. This costs nothing and moves no money.';

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Sign-In with Ethereum: a nonce made here and used once, then a random token of which only the hash is kept. */
export function createAuthService(deps: Pick<Deps, 'db' | 'chain' | 'clock' | 'settings' | 'origins'>): AuthService {
  const { db, chain, clock, settings, origins } = deps;
  // A nonce costs a row, and a signature that is no plain key's costs calls to the chain.
  const callers = createRateLimiter({ clock, burst: settings.isDev ? 1_000 : 20, perSecond: settings.isDev ? 100 : 1 });
  return {
    async issueNonce({ origin, remoteAddress }) {
      callers.take(remoteAddress);
      const nonce = randomBytes(16).toString('hex');
      const expiresAt = await createSiweNonce(db, nonce, NONCE_TTL_MS);
      return {
        nonce,
        issuedAt: new Date(clock.now()).toISOString(),
        expiresAt: expiresAt.toISOString(),
        chainId: settings.chainId,
        domain: new URL(origin).host,
        uri: origin,
        statement: STATEMENT,
      };
    },

    async signIn({ message, signature, remoteAddress }) {
      callers.take(remoteAddress);
      const { address, nonce } = checkSiwe(message, { origins, chainId: settings.chainId, nowMs: clock.now() });
      if (!(await verifyWallet(chain, { address, message, signature }))) {
        throw new AppError('SIGN_IN_INVALID', { publicMessage: `The signature is not that of ${address}.` });
      }
      // Last, so that a bad signature does not use up the nonce of the wallet's owner.
      if (!(await consumeSiweNonce(db, nonce))) throw new AppError('SIGN_IN_EXPIRED');
      const token = randomBytes(32).toString('base64url');
      const session = await createAuthSession(db, { tokenHash: hashOf(token), address, ttlMs: SESSION_TTL_MS });
      return { token, address, expiresAt: session.expiresAt };
    },

    readSession: (token) => findAuthSession(db, hashOf(token)),

    async signOut(token) {
      await deleteAuthSession(db, hashOf(token));
    },
  };
}
