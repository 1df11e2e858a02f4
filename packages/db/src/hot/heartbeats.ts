import type pg from 'pg';
import { toJson } from '../sql/json.ts';
import { createCoalescer } from './coalescer.ts';

export interface Beat {
  sessionId: string;
  /** The frame's counter, which must be above every one before it. */
  counter: number;
  /** The heartbeat's body; null for a frame of another kind, which raises the counter alone. */
  status: object | null;
}

export type BeatResult =
  | {
      accepted: true;
      /** On the database's clock. Null while the session has had no heartbeat. */
      heartbeatAt: Date | null;
      /** For the master's answering frame. */
      counterOut: number;
      /** Unacknowledged orders of this node's registration. */
      pendingOrders: number;
    }
  | { accepted: false; reason: 'unknown' | 'superseded' | 'stale-counter' };

export interface HeartbeatWriter {
  /** Resolves after the commit. Rejects when the database does not take it: the node will beat again. */
  record(beat: Beat): Promise<BeatResult>;
  /** Resolves when everything that was handed in is written. */
  close(): Promise<void>;
}

/** Beyond this an answer's count says "many" just as well. */
const COUNT_LIMIT = 100;

/** Exported for a look at its plan. The rule that a counter rises is in the update itself, so that of two frames with one counter, on whatever copy, one is refused. */
export const RECORD = `
  UPDATE "Session" s SET "counterIn" = beat.counter, "counterOut" = s."counterOut" + 1, status = COALESCE(beat.status::jsonb, s.status),
    "heartbeatAt" = CASE WHEN beat.status IS NULL THEN s."heartbeatAt" ELSE now() END
  FROM unnest($1::text[], $2::bigint[], $3::text[]) AS beat(id, counter, status)
  WHERE s."sessionId" = beat.id AND s."counterIn" < beat.counter AND s."supersededAt" IS NULL
  RETURNING s."sessionId", s."heartbeatAt", s."counterOut", (
    SELECT count(*) FROM (
      SELECT 1 FROM "Order" o WHERE o."runId" = s."runId" AND o.node = s.node AND o."acknowledgedAt" IS NULL AND o.seq = s.seq LIMIT ${COUNT_LIMIT}) AS waiting
  )::int AS "pendingOrders"`;

const EXPLAIN_REFUSAL = `SELECT "sessionId", "supersededAt" IS NOT NULL AS superseded FROM "Session" WHERE "sessionId" = ANY($1)`;

interface Recorded {
  sessionId: string;
  heartbeatAt: Date | null;
  counterOut: number;
  pendingOrders: number;
}

/** Heartbeats of many sessions as one statement per flush: under load a batch fills while the one before it is committed. */
export function createHeartbeatWriter(pool: pg.Pool): HeartbeatWriter {
  const coalescer = createCoalescer<Beat, BeatResult>({ keyOf: ({ sessionId }) => sessionId, write: (beats) => recordBeats(pool, beats) });
  return { record: coalescer.add, close: coalescer.close };
}

async function recordBeats(pool: pg.Pool, beats: readonly Beat[]): Promise<BeatResult[]> {
  const { rows: recorded } = await pool.query<Recorded>({
    name: 'record-beats',
    text: RECORD,
    values: [
      beats.map(({ sessionId }) => sessionId),
      beats.map(({ counter }) => counter),
      beats.map(({ status }) => (status === null ? null : toJson(status))),
    ],
  });
  const accepted = new Map(recorded.map((row) => [row.sessionId, row]));
  const refusedIds = beats.map(({ sessionId }) => sessionId).filter((id) => !accepted.has(id));
  const known =
    refusedIds.length === 0 ? [] : (await pool.query<{ sessionId: string; superseded: boolean }>(EXPLAIN_REFUSAL, [refusedIds])).rows;
  const refused = new Map(known.map(({ sessionId, superseded }) => [sessionId, superseded]));
  return beats.map(({ sessionId }): BeatResult => {
    const row = accepted.get(sessionId);
    if (row) return { accepted: true, heartbeatAt: row.heartbeatAt, counterOut: row.counterOut, pendingOrders: row.pendingOrders };
    const superseded = refused.get(sessionId);
    return { accepted: false, reason: superseded === undefined ? 'unknown' : superseded ? 'superseded' : 'stale-counter' };
  });
}
