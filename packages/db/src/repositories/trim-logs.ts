import type { Database } from '../client.ts';
import { execute } from '../sql/query.ts';

export interface TrimOptions {
  /** Of one container's log. */
  keepBytes: number;
  /** Only logs that grew in so long are added up: longer than between two calls. */
  grewWithinMs: number;
}

/**
 * Removes of each log what is over its size, the oldest chunks first; the last of them stays as one line that says how much is gone, in all.
 * Who follows the log has read on already; who reads it from its beginning begins with that line. Returns how many logs were cut.
 */
export function trimLogs(db: Database, { keepBytes, grewWithinMs }: TrimOptions): Promise<number> {
  return execute(db.pool, TRIM, [keepBytes, grewWithinMs]);
}

const TRIM = `
  WITH grew AS (SELECT DISTINCT "allocationId" FROM "LogChunk" WHERE "receivedAt" > now() - $2 * interval '1 millisecond'),
  sized AS (
    SELECT c."allocationId", c.sequence, c."sizeBytes", c."droppedBytes",
      sum(c."sizeBytes") OVER (PARTITION BY c."allocationId" ORDER BY c.sequence DESC) AS "fromHere"
    FROM "LogChunk" c JOIN grew USING ("allocationId")),
  over AS (SELECT * FROM sized WHERE "fromHere" > $1),
  cut AS (
    SELECT "allocationId", max(sequence) AS last, sum(CASE WHEN "droppedBytes" > 0 THEN "droppedBytes" ELSE "sizeBytes" END)::bigint AS bytes
    FROM over GROUP BY "allocationId" HAVING bool_or("droppedBytes" = 0)),
  gone AS (
    DELETE FROM "LogChunk" c USING over o JOIN cut USING ("allocationId")
    WHERE c."allocationId" = o."allocationId" AND c.sequence = o.sequence AND c.sequence < cut.last)
  UPDATE "LogChunk" c SET "droppedBytes" = cut.bytes, "sizeBytes" = 0, "firstAt" = c."lastAt", lines = jsonb_build_array(jsonb_build_object(
    'at', floor(extract(epoch FROM c."lastAt") * 1000), 'stream', 'stderr',
    'text', format('[muster] about %s MB of this log were dropped here: of one container the newest %s MB are kept',
      ceil(cut.bytes / 1e6), floor($1::bigint / 1e6))))
  FROM cut WHERE c."allocationId" = cut."allocationId" AND c.sequence = cut.last`;
