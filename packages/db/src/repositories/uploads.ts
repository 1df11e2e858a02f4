import type pg from 'pg';
import type { Database } from '../client.ts';
import { firstRow, inTransaction, rows } from '../sql/query.ts';
import { insertSnapshot, type NewSnapshot } from './snapshots.ts';

export interface UploadRef {
  snapshotId: string;
  sha256: string;
}

/** Writes down what is about to be stored, before it is: so that no crash leaves a blob of which nobody knows. */
export function beginUpload(db: Database, upload: UploadRef & { runId: string; node: string; sizeBytes: number }): Promise<void> {
  const { snapshotId, sha256, runId, node, sizeBytes } = upload;
  return inTransaction(db.pool, async (tx) => {
    await lockBlob(tx, sha256);
    await tx.query(
      `INSERT INTO "Upload" ("snapshotId", sha256, "runId", node, "sizeBytes") VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT ("snapshotId", sha256) DO UPDATE SET "runId" = $3, node = $4, "sizeBytes" = $5, "beganAt" = now(), "storedAt" = NULL`,
      [snapshotId, sha256, runId, node, sizeBytes],
    );
  });
}

/** The blob is there. Returns the other uploads for the snapshot, which it replaces. */
export function finishUpload(db: Database, { snapshotId, sha256 }: UploadRef): Promise<UploadRef[]> {
  return rows<UploadRef>(
    db.pool,
    `WITH stored AS (UPDATE "Upload" SET "storedAt" = now() WHERE "snapshotId" = $1 AND sha256 = $2)
     SELECT "snapshotId", sha256 FROM "Upload" WHERE "snapshotId" = $1 AND sha256 <> $2`,
    [snapshotId, sha256],
  );
}

/** Turns the upload into a snapshot. `known`: it was one already, with this archive; `missing`: nothing like it was uploaded by this node. */
export function acceptUpload(db: Database, snapshot: NewSnapshot): Promise<'saved' | 'known' | 'missing'> {
  const { snapshotId, sha256, runId, node, sizeBytes } = snapshot;
  return inTransaction(db.pool, async (tx) => {
    await lockBlob(tx, sha256);
    const known = await firstRow<{ same: boolean }>(
      tx,
      'SELECT sha256 = $2 AND node = $3 AND "sizeBytes" = $4 AS same FROM "Snapshot" WHERE "snapshotId" = $1',
      [snapshotId, sha256, node, sizeBytes],
    );
    if (known) return known.same ? 'known' : 'missing';
    const upload = await firstRow(
      tx,
      `SELECT 1 FROM "Upload" WHERE "snapshotId" = $1 AND sha256 = $2 AND "runId" = $3 AND node = $4 AND "sizeBytes" = $5 AND "storedAt" IS NOT NULL`,
      [snapshotId, sha256, runId, node, sizeBytes],
    );
    if (!upload) return 'missing';
    await insertSnapshot(tx, snapshot);
    return 'saved';
  });
}

/** Uploads that began so long ago: acknowledged since, or never to be. At most 500, the oldest first. */
export function listOldUploads(db: Database, olderThanMs: number): Promise<UploadRef[]> {
  return rows<UploadRef>(
    db.pool,
    `SELECT "snapshotId", sha256 FROM "Upload" WHERE "beganAt" < now() - $1 * interval '1 millisecond' ORDER BY "beganAt" LIMIT 500`,
    [olderThanMs],
  );
}

/** Forgets an upload, and has its blob removed unless a snapshot or another upload needs it. When `remove` throws, nothing is forgotten. */
export function forgetUpload(db: Database, { snapshotId, sha256 }: UploadRef, remove: (sha256: string) => Promise<void>): Promise<void> {
  return inTransaction(db.pool, async (tx) => {
    await lockBlob(tx, sha256);
    await tx.query('DELETE FROM "Upload" WHERE "snapshotId" = $1 AND sha256 = $2', [snapshotId, sha256]);
    const needed = await firstRow(
      tx,
      'SELECT 1 WHERE EXISTS (SELECT 1 FROM "Snapshot" WHERE sha256 = $1) OR EXISTS (SELECT 1 FROM "Upload" WHERE sha256 = $1)',
      [sha256],
    );
    if (!needed) await remove(sha256);
  });
}

/** One content has one blob, whoever brings it: those who add, count and drop references to it take turns. */
async function lockBlob(tx: pg.PoolClient, sha256: string): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('blob ' || $1, 0))`, [sha256]);
}
