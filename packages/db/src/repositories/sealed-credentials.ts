import type { Database } from '../client.ts';
import type { HexString } from '../rows.ts';
import { toJson } from '../sql/json.ts';
import { execute, rows } from '../sql/query.ts';

export interface SealedCredentials {
  taskId: string;
  node: string;
  /** That they are sealed to. */
  encryptionKey: HexString;
  sealed: HexString;
}

/** Keeps them, in place of earlier ones for the same task and node. */
export async function saveSealedCredentials(db: Database, credentials: readonly SealedCredentials[]): Promise<void> {
  await execute(
    db.pool,
    `INSERT INTO "SealedCredential" ("taskId", node, "encryptionKey", sealed)
     SELECT "taskId", node, "encryptionKey", sealed FROM jsonb_to_recordset($1::jsonb) AS x("taskId" text, node text, "encryptionKey" text, sealed text)
     ON CONFLICT ("taskId", node) DO UPDATE SET "encryptionKey" = EXCLUDED."encryptionKey", sealed = EXCLUDED.sealed, "createdAt" = now()`,
    [toJson(credentials)],
  );
}

/** Those of these tasks that their nodes can still open: sealed to the key that the node states now. */
export function listUsableCredentials(db: Database, taskIds: readonly string[]): Promise<SealedCredentials[]> {
  return rows<SealedCredentials>(db.pool, `SELECT c."taskId", c.node, c."encryptionKey", c.sealed ${USABLE}`, [taskIds]);
}

/** The nodes that they are for, without what is sealed: the reconcile loop asks for it every turn. */
export async function listCredentialHolders(
  db: Database,
  taskIds: readonly string[],
): Promise<Pick<SealedCredentials, 'taskId' | 'node'>[]> {
  if (taskIds.length === 0) return [];
  return rows(db.pool, `SELECT c."taskId", c.node ${USABLE}`, [taskIds]);
}

/** How many nodes at work can read a task's credentials, and how many cannot: they joined after the sealing, or have another key since. */
export interface CredentialCounts {
  taskId: string;
  sealed: number;
  unsealed: number;
}

/** Of these tasks those that need credentials and have not ended. */
export function countCredentials(db: Database, taskIds: readonly string[]): Promise<CredentialCounts[]> {
  return rows<CredentialCounts>(
    db.pool,
    `SELECT t."taskId", count(c.node)::int AS sealed, (count(n.node) - count(c.node))::int AS unsealed
     FROM "Task" t
     LEFT JOIN "NodeState" n ON n."runId" = t."runId" AND n.phase IN ('Healthy', 'Unhealthy') AND n."keyStatement" IS NOT NULL
     LEFT JOIN "SealedCredential" c ON c."taskId" = t."taskId" AND c.node = n.node
       AND c."encryptionKey" = n."keyStatement"->'message'->>'encryptionKey'
     WHERE t."taskId" = ANY($1) AND t."needsCredentials" AND t."endedAt" IS NULL
     GROUP BY t."taskId"`,
    [taskIds],
  );
}

const USABLE = `FROM "SealedCredential" c
  JOIN "Task" t ON t."taskId" = c."taskId"
  JOIN "NodeState" n ON n."runId" = t."runId" AND n.node = c.node AND n."keyStatement"->'message'->>'encryptionKey' = c."encryptionKey"
  WHERE c."taskId" = ANY($1)`;
