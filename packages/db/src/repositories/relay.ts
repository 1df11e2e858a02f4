import type { Database } from '../client.ts';
import { execute, firstRow, rows } from '../sql/query.ts';

export interface RelayedNodeKey {
  runId: string;
  node: string;
}

export interface NewRelayLink extends RelayedNodeKey {
  seq: number;
  sequence: number;
  linkId: string;
}

/** Makes this the node's link. False: one of a later registration, or of the same with this sequence or a higher one, is known. */
export async function openRelayLink(db: Database, { runId, node, seq, sequence, linkId }: NewRelayLink): Promise<boolean> {
  const changed = await execute(
    db.pool,
    `INSERT INTO "RelayLink" AS l ("runId", node, seq, sequence, "linkId") VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT ("runId", node) DO UPDATE SET seq = EXCLUDED.seq, sequence = EXCLUDED.sequence, "linkId" = EXCLUDED."linkId",
       "openedAt" = statement_timestamp()
     WHERE (l.seq, l.sequence) < (EXCLUDED.seq, EXCLUDED.sequence)`,
    [runId, node, seq, sequence, linkId],
  );
  return changed === 1;
}

/** The id of the node's newest link; null when it never had one. */
export async function findRelayLink(db: Database, { runId, node }: RelayedNodeKey): Promise<string | null> {
  const row = await firstRow<{ linkId: string }>(db.pool, 'SELECT "linkId" FROM "RelayLink" WHERE "runId" = $1 AND node = $2', [
    runId,
    node,
  ]);
  return row?.linkId ?? null;
}

export interface NewRelayedCall extends RelayedNodeKey {
  callId: string;
  request: Uint8Array;
  /** From now on the database's clock. */
  ttlMs: number;
  /** How many may wait for one node. */
  maxWaiting: number;
}

/** False: too many wait for this node already. */
export async function addRelayedCall(db: Database, call: NewRelayedCall): Promise<boolean> {
  const { callId, runId, node, request, ttlMs, maxWaiting } = call;
  const added = await execute(
    db.pool,
    `INSERT INTO "RelayedCall" ("callId", "runId", node, request, "expiresAt")
     SELECT $1, $2, $3, $4, now() + $5 * interval '1 millisecond'
     WHERE (SELECT count(*) FROM "RelayedCall" WHERE "runId" = $2 AND node = $3 AND "expiresAt" > now()) < $6`,
    [callId, runId, node, Buffer.from(request), ttlMs, maxWaiting],
  );
  return added === 1;
}

export type TakenCall = { callId: string; request: Uint8Array; ttlMs: number };

/** Unanswered calls that this link has not had yet, also those that went out over an older one; none once a newer link is there. */
export function takeRelayedCalls(db: Database, { runId, node, linkId }: RelayedNodeKey & { linkId: string }): Promise<TakenCall[]> {
  return rows<TakenCall>(
    db.pool,
    `UPDATE "RelayedCall" c SET "takenBy" = $3 FROM "RelayLink" l
     WHERE c."runId" = $1 AND c.node = $2 AND c."takenBy" IS DISTINCT FROM $3 AND c.answer IS NULL AND c."expiresAt" > now()
       AND l."runId" = $1 AND l.node = $2 AND l."linkId" = $3
     RETURNING c."callId", c.request, (extract(epoch FROM c."expiresAt" - now()) * 1000)::int AS "ttlMs"`,
    [runId, node, linkId],
  );
}

/** Keeps the answer that came over the node's newest link. Null: there is no such link. False: nobody waits for this answer. */
export async function saveRelayedAnswer(
  db: Database,
  { linkId, callId, answer }: { linkId: string; callId: string; answer: Uint8Array },
): Promise<boolean | null> {
  const row = await firstRow<{ saved: boolean }>(
    db.pool,
    `WITH link AS (SELECT "runId", node FROM "RelayLink" WHERE "linkId" = $1),
     saved AS (UPDATE "RelayedCall" c SET answer = $3 FROM link l
       WHERE c."callId" = $2 AND c."runId" = l."runId" AND c.node = l.node AND c.answer IS NULL AND c."expiresAt" > now() RETURNING 1)
     SELECT EXISTS (SELECT 1 FROM saved) AS saved FROM link`,
    [linkId, callId, Buffer.from(answer)],
  );
  return row?.saved ?? null;
}

/** Where a call is: with its answer, once there is one. Null: it has expired or was never made. */
export function findRelayedCall(db: Database, callId: string): Promise<{ taken: boolean; answer: Uint8Array | null } | null> {
  return firstRow(db.pool, `SELECT "takenBy" IS NOT NULL AS taken, answer FROM "RelayedCall" WHERE "callId" = $1 AND "expiresAt" > now()`, [
    callId,
  ]);
}

export async function removeRelayedCall(db: Database, callId: string): Promise<void> {
  await execute(db.pool, 'DELETE FROM "RelayedCall" WHERE "callId" = $1', [callId]);
}
