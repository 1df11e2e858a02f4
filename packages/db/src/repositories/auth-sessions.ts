import type { Database } from '../client.ts';
import type { AuthSessionRow } from '../rows.ts';
import { execute, firstRow } from '../sql/query.ts';

/** `tokenHash` is the SHA-256 of the cookie's token: the token itself is never stored. */
export async function createAuthSession(
  db: Database,
  session: { tokenHash: string; address: string; ttlMs: number },
): Promise<AuthSessionRow> {
  const row = await firstRow<AuthSessionRow>(
    db.pool,
    `INSERT INTO "AuthSession" ("tokenHash", address, "expiresAt") VALUES ($1, $2, now() + $3 * interval '1 millisecond') RETURNING *`,
    [session.tokenHash, session.address, session.ttlMs],
  );
  if (!row) throw new Error('INSERT … RETURNING gave no row');
  return row;
}

/** The session while it lasts. */
export function findAuthSession(db: Database, tokenHash: string): Promise<AuthSessionRow | null> {
  return firstRow<AuthSessionRow>(db.pool, 'SELECT * FROM "AuthSession" WHERE "tokenHash" = $1 AND "expiresAt" > now()', [tokenHash]);
}

/** False when there was none. */
export async function deleteAuthSession(db: Database, tokenHash: string): Promise<boolean> {
  return (await execute(db.pool, 'DELETE FROM "AuthSession" WHERE "tokenHash" = $1', [tokenHash])) === 1;
}
