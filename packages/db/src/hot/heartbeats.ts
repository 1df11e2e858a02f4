import type pg from 'pg';
import { toJson } from '../sql/json.ts';
import { createCoalescer } from './coalescer.ts';

export interface Beat {
  sessionId: string;
  /** The frame's counter, which must be above every one before it. */
  counter: number;
  /** The heartbeat's body. */
  status: object;
}

export type BeatResult =
  | {
      accepted: true;
      /** Whether this node's registration has unacknowledged orders. */
      hasOrders: boolean;
    }
  | { accepted: false; reason: 'unknown' | 'superseded' | 'stale-counter' };

export interface HeartbeatWriter {
  /** Resolves after the commit. Rejects when the database does not take it: the node will beat again. */
  record(beat: Beat): Promise<BeatResult>;
  /** Resolves when everything that was handed in is written. */
  close(): Promise<void>;
}

/** Exported for a look at its plan. The rule that a counter rises is in the update itself, so that of two frames with one counter, on whatever copy, one is refused. */
export const RECORD = `
  UPDATE "Session" s SET "counterIn" = beat.counter, status = beat.status::jsonb, "heartbeatAt" = now()
  FROM unnest($1::text[], $2::bigint[], $3::text[]) AS beat(id, counter, status)
  WHERE s."sessionId" = beat.id AND s."counterIn" < beat.counter AND s."supersededAt" IS NULL
  RETURNING s."sessionId", EXISTS (
    SELECT 1 FROM "Order" o WHERE o."runId" = s."runId" AND o.node = s.node AND o."acknowledgedAt" IS NULL AND o.seq = s.seq
  ) AS "hasOrders"`;

const EXPLAIN_REFUSAL = `SELECT "sessionId", "supersededAt" IS NOT NULL AS superseded FROM "Session" WHERE "sessionId" = ANY($1)`;

interface Recorded {
  sessionId: string;
  hasOrders: boolean;
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
    values: [beats.map(({ sessionId }) => sessionId), beats.map(({ counter }) => counter), beats.map(({ status }) => toJson(status))],
  });
  const accepted = new Map(recorded.map(({ sessionId, hasOrders }) => [sessionId, hasOrders]));
  const refusedIds = beats.map(({ sessionId }) => sessionId).filter((id) => !accepted.has(id));
  const known =
    refusedIds.length === 0 ? [] : (await pool.query<{ sessionId: string; superseded: boolean }>(EXPLAIN_REFUSAL, [refusedIds])).rows;
  const refused = new Map(known.map(({ sessionId, superseded }) => [sessionId, superseded]));
  return beats.map(({ sessionId }): BeatResult => {
    const hasOrders = accepted.get(sessionId);
    if (hasOrders !== undefined) return { accepted: true, hasOrders };
    const superseded = refused.get(sessionId);
    return { accepted: false, reason: superseded === undefined ? 'unknown' : superseded ? 'superseded' : 'stale-counter' };
  });
}
