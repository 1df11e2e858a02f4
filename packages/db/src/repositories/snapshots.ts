import type { Database } from '../client.ts';
import type { SnapshotRow } from '../rows.ts';
import { toJson } from '../sql/json.ts';
import { idCursor, pageLimit, toPage, type Page, type PageQuery } from '../sql/page.ts';
import { execute, firstRow, rows, type Queryable } from '../sql/query.ts';

export interface NewSnapshot {
  snapshotId: string;
  taskId: string;
  allocationId: string;
  runId: string;
  node: string;
  volume: string;
  sha256: string;
  sizeBytes: number;
  /** The SyncAck as the node signed it. */
  acknowledgment: object;
}

/** See uploads.ts for what must hold before. */
export async function insertSnapshot(on: Queryable, snapshot: NewSnapshot): Promise<void> {
  const { snapshotId, taskId, allocationId, runId, node, volume, sha256, sizeBytes, acknowledgment } = snapshot;
  await execute(
    on,
    `INSERT INTO "Snapshot" ("snapshotId", "taskId", "allocationId", "runId", node, volume, sha256, "sizeBytes", acknowledgment)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb)`,
    [snapshotId, taskId, allocationId, runId, node, volume, sha256, sizeBytes, toJson(acknowledgment)],
  );
}

export function findSnapshot(db: Database, snapshotId: string): Promise<SnapshotRow | null> {
  return firstRow<SnapshotRow>(db.pool, 'SELECT * FROM "Snapshot" WHERE "snapshotId" = $1', [snapshotId]);
}

/** Newest first. */
export async function listSnapshots(db: Database, query: PageQuery & { taskId: string }): Promise<Page<SnapshotRow>> {
  const found = await rows<SnapshotRow>(
    db.pool,
    `SELECT * FROM "Snapshot"
     WHERE "taskId" = $1 AND ($2::text IS NULL OR ("createdAt", "snapshotId") < (SELECT "createdAt", "snapshotId" FROM "Snapshot" WHERE "snapshotId" = $2))
     ORDER BY "createdAt" DESC, "snapshotId" DESC LIMIT $3`,
    [query.taskId, idCursor(query), pageLimit(query) + 1],
  );
  return toPage(found, query, (snapshot) => snapshot.snapshotId);
}
