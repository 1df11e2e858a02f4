import type { Database } from '../client.ts';
import { execute } from '../sql/query.ts';

/**
 * Deletes what has expired on the database's clock: nonces, sign-in nonces, signed-in wallets, relayed calls and announcements at once,
 * what was sealed for tasks that have ended too, superseded sessions after a day (their keys open nothing any more). For a timer; safe to run in several processes.
 */
export async function sweepExpired(db: Database): Promise<void> {
  await execute(
    db.pool,
    `WITH nonces AS (DELETE FROM "SeenNonce" WHERE "expiresAt" < now()),
     sign_ins AS (DELETE FROM "SiweNonce" WHERE "expiresAt" < now()),
     wallets AS (DELETE FROM "AuthSession" WHERE "expiresAt" < now()),
     relayed AS (DELETE FROM "RelayedCall" WHERE "expiresAt" < now()),
     sealed AS (DELETE FROM "SealedCredential" s USING "Task" t WHERE t."taskId" = s."taskId" AND t."endedAt" IS NOT NULL),
     announcements AS (DELETE FROM "Announcement" WHERE "expiresAt" < now() - interval '1 hour')
     DELETE FROM "Session" WHERE "supersededAt" < now() - interval '1 day'`,
  );
}
