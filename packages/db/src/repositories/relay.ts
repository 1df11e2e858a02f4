import type { Standing } from '@muster/domain/registry/standing';
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

export interface LinkState {
  /** The node's newest link. */
  current: boolean;
  /** A call is there that this link has not had. */
  waiting: boolean;
  /** Of the node's registration as the mirror has it; null where it has none. */
  seq: number | null;
  standing: Standing | null;
}

/** Everything a socket must know now and then, in one look that writes nothing. */
export async function lookAtLink(db: Database, { runId, node, linkId }: RelayedNodeKey & { linkId: string }): Promise<LinkState> {
  const state = await firstRow<LinkState>(
    db.pool,
    `SELECT l."linkId" IS NOT NULL AS current, r.seq, r.standing, l."linkId" IS NOT NULL AND EXISTS (
       SELECT 1 FROM "RelayedCall" c WHERE c."runId" = $1 AND c.node = $2 AND c."takenBy" IS DISTINCT FROM $3 AND c.answer IS NULL
         AND c."expiresAt" > now()) AS waiting
     FROM (SELECT) one
     LEFT JOIN "RelayLink" l ON l."runId" = $1 AND l.node = $2 AND l."linkId" = $3
     LEFT JOIN "Registration" r ON r."runId" = $1 AND r.node = $2`,
    [runId, node, linkId],
  );
  return state ?? { current: false, waiting: false, seq: null, standing: null };
}

export interface NewRelayedCall extends RelayedNodeKey {
  callId: string;
  /** Who waits for the answer. */
  asker: string;
  request: Uint8Array;
  /** From now on the database's clock. */
  ttlMs: number;
  /** How many may wait for one node, and how many of them may be this asker's. */
  maxWaiting: number;
  maxOfAsker: number;
}

/** False: too many wait for this node already, in all or of this asker. */
export async function addRelayedCall(db: Database, call: NewRelayedCall): Promise<boolean> {
  const { callId, runId, node, asker, request, ttlMs, maxWaiting, maxOfAsker } = call;
  const added = await execute(
    db.pool,
    `INSERT INTO "RelayedCall" ("callId", "runId", node, request, "expiresAt", asker)
     SELECT $1, $2, $3, $4, now() + $5 * interval '1 millisecond', $6
     FROM (SELECT count(*) AS waiting, count(*) FILTER (WHERE asker = $6) AS own
       FROM "RelayedCall" WHERE "runId" = $2 AND node = $3 AND "expiresAt" > now()) n
     WHERE waiting < $7 AND own < $8`,
    [callId, runId, node, Buffer.from(request), ttlMs, asker, maxWaiting, maxOfAsker],
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

/**
 * Keeps the answer that came over the node's newest link; none ends the wait for one. Null: there is no such link. False: nobody waits
 * for this answer.
 */
export async function saveRelayedAnswer(
  db: Database,
  { linkId, callId, answer }: { linkId: string; callId: string; answer: Uint8Array | null },
): Promise<boolean | null> {
  const row = await firstRow<{ saved: boolean }>(
    db.pool,
    `WITH link AS (SELECT "runId", node FROM "RelayLink" WHERE "linkId" = $1),
     saved AS (UPDATE "RelayedCall" c SET answer = $3, "expiresAt" = CASE WHEN $3::bytea IS NULL THEN now() ELSE c."expiresAt" END FROM link l
       WHERE c."callId" = $2 AND c."runId" = l."runId" AND c.node = l.node AND c.answer IS NULL AND c."expiresAt" > now() RETURNING 1)
     SELECT EXISTS (SELECT 1 FROM saved) AS saved FROM link`,
    [linkId, callId, answer && Buffer.from(answer)],
  );
  return row?.saved ?? null;
}

/** Where a call is: with its answer, once there is one. Null: it has expired, has no answer or was never made. */
export function findRelayedCall(db: Database, callId: string): Promise<{ taken: boolean; answer: Uint8Array | null } | null> {
  return firstRow(db.pool, `SELECT "takenBy" IS NOT NULL AS taken, answer FROM "RelayedCall" WHERE "callId" = $1 AND "expiresAt" > now()`, [
    callId,
  ]);
}

export async function removeRelayedCall(db: Database, callId: string): Promise<void> {
  await execute(db.pool, 'DELETE FROM "RelayedCall" WHERE "callId" = $1', [callId]);
}
