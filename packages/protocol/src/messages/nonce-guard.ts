import type { Address, Hex } from 'viem';

import { AppError } from '../errors/app-error.ts';
import { err, ok, type Result } from '../errors/result.ts';
import type { Verified } from './define-message.ts';

/** Where seen nonces live: Postgres on the master, disk on the agent. It must survive a restart, else a replay gap opens. */
export interface NonceStore {
  /** Remembers the pair at least until `expiresAt` (unix ms), durably before it answers. False: it was seen before. */
  remember(signer: Address, nonce: Hex, expiresAt: number): Promise<boolean>;
}

/** Lets a verified message through once. Call it after verifyEnvelope, so that strangers cannot fill the store. */
export async function acceptOnce<M extends { nonce: Hex }>(
  store: NonceStore,
  verified: Verified<M>,
): Promise<Result<Verified<M>, AppError<'NONCE_REPLAYED'>>> {
  const isNew = await store.remember(verified.signer, verified.message.nonce, verified.keepNonceUntil);
  return isNew ? ok(verified) : err(new AppError('NONCE_REPLAYED'));
}
