import type { Database } from '../client.ts';
import type { AnnouncementRow } from '../rows.ts';
import { toJson } from '../sql/json.ts';
import { execute, firstRow } from '../sql/query.ts';

export interface NewAnnouncement {
  runId: string;
  node: string;
  seq: number;
  sequence: number;
  /** Verbatim, as the node signed it. */
  envelope: object;
  capabilities: object;
  expiresAt: Date;
}

/** Keeps a node's newest announcement. False: one of a later registration, or of the same with this sequence or a higher one, is known. */
export async function saveAnnouncement(db: Database, announcement: NewAnnouncement): Promise<boolean> {
  const { runId, node, seq, sequence, envelope, capabilities, expiresAt } = announcement;
  const changed = await execute(
    db.pool,
    `INSERT INTO "Announcement" AS a ("runId", node, seq, sequence, envelope, capabilities, "expiresAt")
     VALUES ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7)
     ON CONFLICT ("runId", node) DO UPDATE SET seq = EXCLUDED.seq, sequence = EXCLUDED.sequence, envelope = EXCLUDED.envelope,
       capabilities = EXCLUDED.capabilities, "expiresAt" = EXCLUDED."expiresAt", "updatedAt" = now()
     WHERE (a.seq, a.sequence) < (EXCLUDED.seq, EXCLUDED.sequence)`,
    [runId, node, seq, sequence, toJson(envelope), toJson(capabilities), expiresAt],
  );
  return changed === 1;
}

/** The node's announcement while it lasts; null when there is none or it has expired on the database's clock. */
export function findAnnouncement(db: Database, key: { runId: string; node: string }): Promise<AnnouncementRow | null> {
  return firstRow<AnnouncementRow>(db.pool, 'SELECT * FROM "Announcement" WHERE "runId" = $1 AND node = $2 AND "expiresAt" > now()', [
    key.runId,
    key.node,
  ]);
}
