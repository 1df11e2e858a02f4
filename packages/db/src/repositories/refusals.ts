import type { Database } from '../client.ts';
import { rows } from '../sql/query.ts';

/** How often one replica of a task ended on a node with one error code. */
export interface Refusals {
  taskId: string;
  replica: number;
  node: string;
  code: string;
  count: number;
  /** Since the newest, on the database's clock. */
  sinceMs: number;
  /** Of the newest. */
  message: string;
}

/** The allocations of these tasks that ended with one of these error codes without ever having run, per replica, node and code. */
export function listRefusals(db: Database, taskIds: readonly string[], codes: readonly string[]): Promise<Refusals[]> {
  return rows<Refusals>(
    db.pool,
    `SELECT "taskId", replica, node, error->>'code' AS code, count(*)::int AS count,
       (extract(epoch FROM now() - max("endedAt")) * 1000)::float8 AS "sinceMs",
       COALESCE((array_agg("phaseReason" ORDER BY epoch DESC))[1], '') AS message
     FROM "Allocation" WHERE "taskId" = ANY($1) AND phase = 'Failed' AND "startedAt" IS NULL AND error->>'code' = ANY($2)
     GROUP BY "taskId", replica, node, error->>'code' ORDER BY "taskId", replica, node`,
    [taskIds, codes],
  );
}
