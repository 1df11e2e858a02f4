import type { NonceStore } from '@muster/protocol/messages/nonce-guard';
import type { Database } from '../client.ts';
import { execute } from '../sql/query.ts';

/** The master's memory of handshake nonces: committed before it answers, so a restart opens no gap. */
export function createNonceStore(db: Database): NonceStore {
  return {
    remember: async (signer, nonce, expiresAt) => {
      const inserted = await execute(
        db.pool,
        'INSERT INTO "SeenNonce" (signer, nonce, "expiresAt") VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
        [signer, nonce, new Date(expiresAt)],
      );
      return inserted === 1;
    },
  };
}
