import type { Database } from '../client.ts';
import type { HexString, SessionRow } from '../rows.ts';
import { execute, firstRow, inTransaction, rows } from '../sql/query.ts';

export interface NewSession {
  sessionId: string;
  runId: string;
  node: string;
  seq: number;
  generation: number;
  inviteDigest: string;
  keyFromNode: Uint8Array;
  keyToNode: Uint8Array;
}

export type OpenedSession =
  | { opened: true; openedAt: Date; superseded: { sessionId: string; generation: number } | null }
  /** The invite has seen this generation or a newer one. */
  | { opened: false; newestGeneration: number };

/**
 * Makes this the node's session and supersedes the one before it, if its generation is newer than every one under the same invite.
 * Two openings of one node take turns.
 */
export function openSession(db: Database, session: NewSession): Promise<OpenedSession> {
  const { sessionId, runId, node, seq, generation, inviteDigest, keyFromNode, keyToNode } = session;
  return inTransaction(db.pool, async (tx): Promise<OpenedSession> => {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('session ' || $1 || '/' || $2, 0))`, [runId, node]);
    const newest = await firstRow<{ generation: number | null }>(
      tx,
      'SELECT max(generation) AS generation FROM "Session" WHERE "runId" = $1 AND node = $2 AND seq = $3 AND "inviteDigest" = $4',
      [runId, node, seq, inviteDigest],
    );
    if (newest?.generation != null && newest.generation >= generation) return { opened: false, newestGeneration: newest.generation };
    const superseded = await firstRow<{ sessionId: string; generation: number; heartbeatAt: Date | null }>(
      tx,
      `WITH old AS (
         UPDATE "Session" SET "supersededAt" = now() WHERE "runId" = $1 AND node = $2 AND "supersededAt" IS NULL
         RETURNING "sessionId", generation, "heartbeatAt"),
       kept AS (
         UPDATE "NodeState" n SET "lastHeartbeatAt" = GREATEST(n."lastHeartbeatAt", old."heartbeatAt") FROM old WHERE n."runId" = $1 AND n.node = $2)
       SELECT * FROM old`,
      [runId, node],
    );
    const opened = await firstRow<{ openedAt: Date }>(
      tx,
      `INSERT INTO "Session" ("sessionId", "runId", node, seq, generation, "inviteDigest", "keyFromNode", "keyToNode")
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING "openedAt"`,
      [sessionId, runId, node, seq, generation, inviteDigest, keyFromNode, keyToNode],
    );
    if (!opened) throw new Error('INSERT … RETURNING gave no row');
    return {
      opened: true,
      openedAt: opened.openedAt,
      superseded: superseded && { sessionId: superseded.sessionId, generation: superseded.generation },
    };
  });
}

/** With its keys, also when it is superseded; for the check of a frame's MAC. */
export function findSession(db: Database, sessionId: string): Promise<SessionRow | null> {
  return firstRow<SessionRow>(db.pool, 'SELECT * FROM "Session" WHERE "sessionId" = $1', [sessionId]);
}

export interface LiveSession {
  sessionId: string;
  runId: string;
  node: HexString;
  seq: number;
  generation: number;
  inviteDigest: HexString;
  openedAt: Date;
  heartbeatAt: Date | null;
  /** Since the last heartbeat, or since the opening; on the database's clock. */
  silentMs: number;
  /** The body of the last heartbeat. */
  status: unknown;
}

/** The live sessions of these nodes, in no order; nodes without one are left out. */
export function listLiveSessions(db: Database, nodes: readonly { runId: string; node: string }[]): Promise<LiveSession[]> {
  return rows<LiveSession>(
    db.pool,
    `SELECT s."sessionId", s."runId", s.node, s.seq, s.generation, s."inviteDigest", s."openedAt", s."heartbeatAt", s.status,
       (extract(epoch FROM now() - COALESCE(s."heartbeatAt", s."openedAt")) * 1000)::float8 AS "silentMs"
     FROM unnest($1::text[], $2::text[]) AS k("runId", node)
     JOIN "Session" s ON s."runId" = k."runId" AND s.node = k.node AND s."supersededAt" IS NULL`,
    [nodes.map(({ runId }) => runId), nodes.map(({ node }) => node)],
  );
}

/** Ends the live sessions of these nodes (they left, or their run closed). Returns how many there were. */
export function endSessions(db: Database, nodes: readonly { runId: string; node: string }[]): Promise<number> {
  return execute(
    db.pool,
    `UPDATE "Session" s SET "supersededAt" = now() FROM unnest($1::text[], $2::text[]) AS k("runId", node)
     WHERE s."runId" = k."runId" AND s.node = k.node AND s."supersededAt" IS NULL`,
    [nodes.map(({ runId }) => runId), nodes.map(({ node }) => node)],
  );
}

/** The counter for the next frame that the master sends of its own accord; null when the session is superseded or unknown. */
export async function nextCounterOut(db: Database, sessionId: string): Promise<number | null> {
  const row = await firstRow<{ counterOut: number }>(
    db.hot,
    'UPDATE "Session" SET "counterOut" = "counterOut" + 1 WHERE "sessionId" = $1 AND "supersededAt" IS NULL RETURNING "counterOut"',
    [sessionId],
  );
  return row?.counterOut ?? null;
}
