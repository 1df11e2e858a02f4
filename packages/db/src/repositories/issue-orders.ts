import { randomUUID } from 'node:crypto';
import type { OrderKind } from '@muster/protocol/messages/order';
import { orderSizeBytes } from '@muster/protocol/messages/order-size';
import type { Database } from '../client.ts';
import type { OrderRow } from '../rows.ts';
import { toJson } from '../sql/json.ts';
import { execute, inTransaction, rows } from '../sql/query.ts';

export interface OrderDraft {
  runId: string;
  node: string;
  seq: number;
  masterEpoch: number;
  kind: OrderKind;
  allocationId: string | null;
  /** Canonical JSON of the kind's body. */
  body: string;
}

/** A draft with its version: everything that the master signs. */
export type UnsignedOrder = OrderDraft & { orderId: string; counter: number; issuedAt: number };

/** Far below 2^53, so that a node that claims to have seen an absurd version can spoil nothing. */
const MAX_COUNTER = 2 ** 48;
const MAX_EPOCH = 2 ** 31 - 1;

/**
 * Gives each draft the next version of its node, has it signed and keeps it, all in one transaction: a node's orders become visible
 * in the order of their versions. Left out of the answer: drafts of a master epoch that a newer one has replaced.
 * `sign` returns the envelope to deliver; it must not wait for a network.
 */
export function issueOrders(
  db: Database,
  drafts: readonly OrderDraft[],
  sign: (order: UnsignedOrder) => object | Promise<object>,
): Promise<OrderRow[]> {
  if (drafts.length === 0) return Promise.resolve([]);
  const byNode = groupByNode(drafts);
  return inTransaction(db.pool, async (tx) => {
    const wanted = [...byNode.values()].map((group) => ({ ...group.key, count: group.drafts.length }));
    // Sorted, so that two writers of many nodes lock their rows in the same order.
    const versions = await rows<{ runId: string; node: string; counter: number; issuedAt: number }>(
      tx,
      `INSERT INTO "OrderVersion" AS v ("runId", node, "masterEpoch", counter)
       SELECT "runId", node, "masterEpoch", count FROM jsonb_to_recordset($1::jsonb) AS x("runId" text, node text, "masterEpoch" int, count bigint)
       ORDER BY "runId", node
       ON CONFLICT ("runId", node) DO UPDATE SET counter = v.counter + EXCLUDED.counter, "masterEpoch" = EXCLUDED."masterEpoch"
       WHERE v."masterEpoch" <= EXCLUDED."masterEpoch"
       RETURNING "runId", node, counter, floor(extract(epoch FROM now()) * 1000)::float8 AS "issuedAt"`,
      [toJson(wanted)],
    );
    const orders = versions.flatMap(({ runId, node, counter, issuedAt }): UnsignedOrder[] => {
      const group = byNode.get(`${runId}/${node}`)?.drafts ?? [];
      return group.map((draft, index) => ({ ...draft, orderId: randomUUID(), counter: counter - group.length + 1 + index, issuedAt }));
    });
    const signed = await Promise.all(orders.map(async (order) => withSize(order, await sign(order))));
    return rows<OrderRow>(
      tx,
      `INSERT INTO "Order" ("orderId", "runId", node, seq, "masterEpoch", counter, kind, "allocationId", envelope, "sizeBytes")
       SELECT "orderId", "runId", node, seq, "masterEpoch", counter, kind, "allocationId", envelope, "sizeBytes" FROM jsonb_to_recordset($1::jsonb)
         AS x("orderId" text, "runId" text, node text, seq int, "masterEpoch" int, counter bigint, kind text, "allocationId" text, envelope jsonb, "sizeBytes" int)
       RETURNING *`,
      [toJson(signed)],
    );
  });
}

/** A node has seen this version (the database may be older than that, restored from a backup): later orders come above it. */
export async function raiseOrderVersion(
  db: Database,
  seen: { runId: string; node: string; masterEpoch: number; counter: number },
): Promise<void> {
  if (seen.counter > MAX_COUNTER || seen.masterEpoch > MAX_EPOCH) return;
  await execute(
    db.pool,
    `INSERT INTO "OrderVersion" AS v ("runId", node, "masterEpoch", counter) VALUES ($1, $2, $3, $4)
     ON CONFLICT ("runId", node) DO UPDATE SET counter = GREATEST(v.counter, EXCLUDED.counter), "masterEpoch" = GREATEST(v."masterEpoch", EXCLUDED."masterEpoch")
     WHERE v.counter < EXCLUDED.counter OR v."masterEpoch" < EXCLUDED."masterEpoch"`,
    [seen.runId, seen.node, seen.masterEpoch, seen.counter],
  );
}

const withSize = (order: UnsignedOrder, envelope: object) => ({ ...order, envelope, sizeBytes: orderSizeBytes(envelope) });

interface NodeDrafts {
  key: { runId: string; node: string; masterEpoch: number };
  drafts: OrderDraft[];
}

function groupByNode(drafts: readonly OrderDraft[]): Map<string, NodeDrafts> {
  const groups = new Map<string, NodeDrafts>();
  for (const draft of drafts) {
    const { runId, node, masterEpoch } = draft;
    const key = `${runId}/${node}`;
    const group = groups.get(key) ?? { key: { runId, node, masterEpoch }, drafts: [] };
    if (group.key.masterEpoch !== masterEpoch) throw new RangeError(`orders of two master epochs for ${key} in one batch`);
    group.drafts.push(draft);
    groups.set(key, group);
  }
  return groups;
}
