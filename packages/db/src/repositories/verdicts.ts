import type { Database } from '../client.ts';
import type { VerdictRow } from '../rows.ts';
import { rows } from '../sql/query.ts';

/** A node's verdicts in a run, newest first; at most `limit` (100). */
export function listVerdicts(db: Database, query: { runId: string; node: string; limit?: number }): Promise<VerdictRow[]> {
  return rows<VerdictRow>(
    db.pool,
    `SELECT * FROM "Verdict" WHERE "runId" = $1 AND node = $2 ORDER BY seq DESC, round DESC, at DESC LIMIT $3`,
    [query.runId, query.node, query.limit ?? 100],
  );
}

/** The verdict that names this evidence, to check a document that a validator publishes. */
export async function findVerdictByEvidence(
  db: Database,
  query: { runId: string; node: string; seq: number; round: number; evidenceHash: string },
): Promise<VerdictRow | null> {
  const { runId, node, seq, round, evidenceHash } = query;
  const found = await rows<VerdictRow>(
    db.pool,
    'SELECT * FROM "Verdict" WHERE "runId" = $1 AND node = $2 AND seq = $3 AND round = $4 AND "evidenceHash" = $5',
    [runId, node, seq, round, evidenceHash],
  );
  return found[0] ?? null;
}
