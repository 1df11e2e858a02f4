import type { Database } from '../client.ts';
import type { EvidenceRow } from '../rows.ts';
import { toJson } from '../sql/json.ts';
import { execute, firstRow, rows } from '../sql/query.ts';

export interface NewEvidence {
  /** The hash that the verdict on chain names; the caller has compared it with the document. */
  hash: string;
  runId: string;
  node: string;
  validator: string;
  document: object;
}

/** Keeps a document once; publishing it again changes nothing. */
export async function saveEvidence(db: Database, evidence: NewEvidence): Promise<void> {
  const { hash, runId, node, validator, document } = evidence;
  await execute(
    db.pool,
    'INSERT INTO "Evidence" (hash, "runId", node, validator, document) VALUES ($1, $2, $3, $4, $5::jsonb) ON CONFLICT DO NOTHING',
    [hash, runId, node, validator, toJson(document)],
  );
}

export function findEvidence(db: Database, hash: string): Promise<EvidenceRow | null> {
  return firstRow<EvidenceRow>(db.pool, 'SELECT * FROM "Evidence" WHERE hash = $1', [hash]);
}

/** The documents behind these hashes, in no order; unknown hashes are left out. */
export function listEvidence(db: Database, hashes: readonly string[]): Promise<EvidenceRow[]> {
  return rows<EvidenceRow>(db.pool, 'SELECT * FROM "Evidence" WHERE hash = ANY($1)', [hashes]);
}
