import type { Database } from '../client.ts';
import type { OrderRow, RunRow } from '../rows.ts';
import { toJson } from '../sql/json.ts';
import { execute, firstRow, rows } from '../sql/query.ts';

/** The runs that a master must look at: its open ones, and any with a task or a container that has not ended. */
export function listRunsToReconcile(db: Database, master: string): Promise<RunRow[]> {
  return rows<RunRow>(
    db.pool,
    `SELECT r.* FROM "Run" r
     WHERE (r.master = $1 AND r."closedAt" IS NULL)
       OR EXISTS (SELECT 1 FROM "Task" t WHERE t."runId" = r."runId" AND t."endedAt" IS NULL)
       OR EXISTS (SELECT 1 FROM "Allocation" a WHERE a."runId" = r."runId" AND a."endedAt" IS NULL)
       OR EXISTS (SELECT 1 FROM "NodeState" n WHERE n."runId" = r."runId"
         AND n.phase IN ('Registered', 'Validating', 'Approved', 'Invited', 'Healthy', 'Unhealthy', 'Lost', 'Draining'))
       OR EXISTS (SELECT 1 FROM "Session" s WHERE s."runId" = r."runId" AND s."supersededAt" IS NULL)
     ORDER BY r."runId"::numeric`,
    [master],
  );
}

/**
 * Stops delivering orders that have become pointless: their allocation ended. A volume outlives its container, so syncs stay; and so do
 * stops, for a node that was given up for lost may yet return with its container running.
 */
export function withdrawOrdersOfEnded(db: Database, runIds: readonly string[]): Promise<number> {
  return execute(
    db.pool,
    `UPDATE "Order" o SET "acknowledgedAt" = now(), result = $2::jsonb
     FROM "Allocation" a
     WHERE o."runId" = ANY($1) AND o."acknowledgedAt" IS NULL AND o.kind NOT IN ('sync', 'stop')
       AND a."allocationId" = o."allocationId" AND a."endedAt" IS NOT NULL`,
    [runIds, toJson({ ok: false, withdrawn: 'its allocation ended' })],
  );
}

/** The newest drain order of each of these registrations. */
export function listDrainOrders(db: Database, nodes: readonly { runId: string; node: string; seq: number }[]): Promise<OrderRow[]> {
  return rows<OrderRow>(
    db.pool,
    `SELECT DISTINCT ON (o."runId", o.node) o.* FROM jsonb_to_recordset($1::jsonb) AS k("runId" text, node text, seq int)
     JOIN "Order" o ON o."runId" = k."runId" AND o.node = k.node AND o.seq = k.seq AND o.kind = 'drain'
     ORDER BY o."runId", o.node, o."masterEpoch" DESC, o.counter DESC`,
    [toJson(nodes.map(({ runId, node, seq }) => ({ runId, node, seq })))],
  );
}

/** The time of the newest block that the chain will not take back; null before one is known. Nothing younger tears anything down. */
export async function findFinalizedTime(db: Database, registry: { chainId: number; registry: string }): Promise<Date | null> {
  const row = await firstRow<{ at: Date | null }>(
    db.pool,
    `SELECT CASE WHEN c."finalizedNumber" >= c."headNumber" THEN c."headTimestamp"
       ELSE (SELECT b.timestamp FROM "ChainBlock" b WHERE b.number <= c."finalizedNumber" ORDER BY b.number DESC LIMIT 1) END AS at
     FROM "ChainCursor" c WHERE c."chainId" = $1 AND c.registry = $2`,
    [registry.chainId, registry.registry],
  );
  return row?.at ?? null;
}
