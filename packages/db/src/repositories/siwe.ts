import type { Database } from '../client.ts';
import { execute, firstRow } from '../sql/query.ts';

/** Stores a nonce for one sign-in; returns when it expires, on the database's clock. */
export async function createSiweNonce(db: Database, nonce: string, ttlMs: number): Promise<Date> {
  const row = await firstRow<{ expiresAt: Date }>(
    db.pool,
    `INSERT INTO "SiweNonce" (nonce, "expiresAt") VALUES ($1, now() + $2 * interval '1 millisecond') RETURNING "expiresAt"`,
    [nonce, ttlMs],
  );
  if (!row) throw new Error('INSERT … RETURNING gave no row');
  return row.expiresAt;
}

/** True exactly once per nonce, and only before it expires: two sign-ins at the same moment cannot share one. */
export async function consumeSiweNonce(db: Database, nonce: string): Promise<boolean> {
  return (await execute(db.pool, 'DELETE FROM "SiweNonce" WHERE nonce = $1 AND "expiresAt" > now()', [nonce])) === 1;
}
