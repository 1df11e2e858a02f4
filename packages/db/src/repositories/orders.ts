import type { OrderKind } from '@muster/protocol/messages/order';
import type { Database } from '../client.ts';
import type { OrderRow } from '../rows.ts';
import { toJson } from '../sql/json.ts';
import { execute, rows } from '../sql/query.ts';

interface NodeOfRun {
  runId: string;
  node: string;
  seq: number;
}

const MAX_PENDING = 500;

/** The orders that a node has not acknowledged, in the order of their versions; at most 500. */
export function listPendingOrders(db: Database, { runId, node, seq }: NodeOfRun): Promise<OrderRow[]> {
  return rows<OrderRow>(
    db.pool,
    `SELECT * FROM "Order" WHERE "runId" = $1 AND node = $2 AND seq = $3 AND "acknowledgedAt" IS NULL ORDER BY "masterEpoch", counter LIMIT ${MAX_PENDING}`,
    [runId, node, seq],
  );
}

/**
 * What a node must know when its session opens: the newest order of every kind for each of its live allocations, and whatever
 * it has not acknowledged; in the order of their versions.
 */
export function listSessionOrders(db: Database, { runId, node, seq }: NodeOfRun): Promise<OrderRow[]> {
  return rows<OrderRow>(
    db.pool,
    `SELECT * FROM (
       (SELECT DISTINCT ON (o."allocationId", o.kind) o.* FROM "Allocation" a JOIN "Order" o ON o."allocationId" = a."allocationId"
        WHERE a."runId" = $1 AND a.node = $2 AND a."endedAt" IS NULL AND o.node = $2 AND o.seq = $3 AND o.kind IN ('start', 'stop', 'restart')
        ORDER BY o."allocationId", o.kind, o."masterEpoch" DESC, o.counter DESC)
       UNION
       (SELECT * FROM "Order" WHERE "runId" = $1 AND node = $2 AND seq = $3 AND "acknowledgedAt" IS NULL ORDER BY "masterEpoch", counter LIMIT ${MAX_PENDING})
     ) AS wanted ORDER BY "masterEpoch", counter`,
    [runId, node, seq],
  );
}

export interface OrderResult {
  orderId: string;
  /** As the node reported it. */
  result: object;
}

/** Marks orders of this node as acknowledged; those of others and those acknowledged before are left out of the answer. */
export function acknowledgeOrders(
  db: Database,
  key: { runId: string; node: string },
  results: readonly OrderResult[],
): Promise<OrderRow[]> {
  return rows<OrderRow>(
    db.pool,
    `UPDATE "Order" o SET "acknowledgedAt" = now(), result = done.result
     FROM jsonb_to_recordset($1::jsonb) AS done("orderId" text, result jsonb)
     WHERE o."orderId" = done."orderId" AND o."runId" = $2 AND o.node = $3 AND o."acknowledgedAt" IS NULL
     RETURNING o.*`,
    [toJson(results), key.runId, key.node],
  );
}

/** Orders that nothing will come of any more (their allocation ended, their node's registration too): not delivered again. */
export function withdrawOrders(db: Database, orderIds: readonly string[], reason: string): Promise<number> {
  return execute(
    db.pool,
    `UPDATE "Order" SET "acknowledgedAt" = now(), result = $2::jsonb WHERE "orderId" = ANY($1) AND "acknowledgedAt" IS NULL`,
    [orderIds, toJson({ ok: false, withdrawn: reason })],
  );
}

export async function findOrders(db: Database, orderIds: readonly string[]): Promise<OrderRow[]> {
  return rows<OrderRow>(db.pool, 'SELECT * FROM "Order" WHERE "orderId" = ANY($1)', [orderIds]);
}

/** The newest order of a kind for each of these allocations. */
export function listNewestOrders(db: Database, query: { allocationIds: readonly string[]; kind: OrderKind }): Promise<OrderRow[]> {
  return rows<OrderRow>(
    db.pool,
    `SELECT DISTINCT ON ("allocationId") * FROM "Order" WHERE "allocationId" = ANY($1) AND kind = $2
     ORDER BY "allocationId", "masterEpoch" DESC, counter DESC`,
    [query.allocationIds, query.kind],
  );
}
