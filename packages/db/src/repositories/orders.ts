import type { OrderKind, OrderVersion } from '@muster/protocol/messages/order';
import { ORDERS_MESSAGE_BYTES } from '@muster/protocol/messages/order-size';
import type { Database } from '../client.ts';
import type { OrderRow } from '../rows.ts';
import { toJson } from '../sql/json.ts';
import { execute, firstRow, rows } from '../sql/query.ts';

interface NodeOfRun {
  runId: string;
  node: string;
  seq: number;
}

const MAX_ORDERS = 500;
const FIRST: OrderVersion = { masterEpoch: 0, counter: 0 };

/**
 * The first of `candidates` that fit into one message, in the order of their versions; the rest comes after them. Envelopes are read only
 * of those: a node may have hundreds of large ones.
 */
const firstMessage = (candidates: string): string => `
  SELECT o.* FROM "Order" o JOIN (
    SELECT "orderId", sum("sizeBytes") OVER (ORDER BY "masterEpoch", counter) AS "upToHere"
    FROM (SELECT "orderId", "masterEpoch", counter, "sizeBytes" FROM (${candidates}) AS candidate
          WHERE ("masterEpoch", counter) > ($4, $5) ORDER BY "masterEpoch", counter LIMIT ${MAX_ORDERS}) AS next) AS sized USING ("orderId")
  WHERE "upToHere" <= ${ORDERS_MESSAGE_BYTES} OR "upToHere" = o."sizeBytes"
  ORDER BY o."masterEpoch", o.counter`;

const PENDING = `SELECT "orderId", "masterEpoch", counter, "sizeBytes" FROM "Order" WHERE "runId" = $1 AND node = $2 AND seq = $3 AND "acknowledgedAt" IS NULL`;

const NEWEST_OF_LIVE = `
  SELECT DISTINCT ON (o."allocationId", o.kind) o."orderId", o."masterEpoch", o.counter, o."sizeBytes"
  FROM "Allocation" a JOIN "Order" o ON o."allocationId" = a."allocationId"
  WHERE a."runId" = $1 AND a.node = $2 AND a."endedAt" IS NULL AND o.node = $2 AND o.seq = $3 AND o.kind IN ('start', 'stop', 'restart')
  ORDER BY o."allocationId", o.kind, o."masterEpoch" DESC, o.counter DESC`;

/** The orders after a version that a node has not acknowledged, in rising version: as many as one message carries. */
export function listPendingOrders(db: Database, { runId, node, seq }: NodeOfRun, after = FIRST): Promise<OrderRow[]> {
  return rows<OrderRow>(db.pool, firstMessage(PENDING), [runId, node, seq, after.masterEpoch, after.counter]);
}

/**
 * What a node must know when its session is new, after a version: the newest order of every kind for each of its live allocations, and
 * whatever it has not acknowledged; in rising version, as many as one message carries. Empty after the last.
 */
export function listWantedOrders(db: Database, { runId, node, seq }: NodeOfRun, after = FIRST): Promise<OrderRow[]> {
  return rows<OrderRow>(db.pool, firstMessage(`(${NEWEST_OF_LIVE}) UNION (${PENDING})`), [
    runId,
    node,
    seq,
    after.masterEpoch,
    after.counter,
  ]);
}

/** The order that asked a node for a snapshot, while it is not acknowledged. */
export function findPendingSync(db: Database, { runId, node, seq }: NodeOfRun, snapshotId: string): Promise<OrderRow | null> {
  return firstRow<OrderRow>(
    db.pool,
    `SELECT * FROM "Order" WHERE "runId" = $1 AND node = $2 AND seq = $3 AND "acknowledgedAt" IS NULL AND kind = 'sync'
       AND (envelope->'message'->>'body')::jsonb->>'snapshotId' = $4 LIMIT 1`,
    [runId, node, seq, snapshotId],
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
