import type { Database } from '../client.ts';
import type { LogChunkRow } from '../rows.ts';
import { rows } from '../sql/query.ts';

const MAX_CHUNKS = 500;

/** Chunks after a sequence, oldest first; at most `limit` (100, never above 500). Chunks arrive in order, so a gap is one still under way. */
export function readLogChunks(
  db: Database,
  query: { allocationId: string; afterSequence?: number; limit?: number },
): Promise<LogChunkRow[]> {
  return rows<LogChunkRow>(db.pool, 'SELECT * FROM "LogChunk" WHERE "allocationId" = $1 AND sequence > $2 ORDER BY sequence LIMIT $3', [
    query.allocationId,
    query.afterSequence ?? -1,
    Math.min(query.limit ?? 100, MAX_CHUNKS),
  ]);
}

/** The highest sequence of each allocation; allocations without logs are left out. */
export function listLastSequences(db: Database, allocationIds: readonly string[]): Promise<{ allocationId: string; sequence: number }[]> {
  return rows(
    db.pool,
    `SELECT id AS "allocationId", last.sequence FROM unnest($1::text[]) AS id
     CROSS JOIN LATERAL (SELECT sequence FROM "LogChunk" WHERE "allocationId" = id ORDER BY sequence DESC LIMIT 1) AS last`,
    [allocationIds],
  );
}
