import { registryEventSchema, type RegistryEvent } from '@muster/domain/registry/events';
import type pg from 'pg';
import { toJson } from '../sql/json.ts';
import { rows } from '../sql/query.ts';

/** Adds events; returns those that were not known yet. */
export async function insertEvents(tx: pg.PoolClient, events: readonly RegistryEvent[]): Promise<RegistryEvent[]> {
  if (events.length === 0) return [];
  const records = events.map(({ name, args, position }) => ({
    ...position,
    name,
    args,
    runId: args.runId,
    node: 'node' in args ? args.node : null,
  }));
  const added = await rows<{ blockHash: string; logIndex: number }>(
    tx,
    `INSERT INTO "ChainEvent" ("blockHash", "logIndex", "blockNumber", "blockTime", "toldAt", "txHash", name, "runId", node, args)
     SELECT "blockHash", "logIndex", "blockNumber", to_timestamp("blockTime" / 1000), LEAST(to_timestamp("blockTime" / 1000), now()), "txHash", name, "runId", node, args
     FROM jsonb_to_recordset($1::jsonb) AS x("blockHash" text, "logIndex" int, "blockNumber" int, "blockTime" float8, "txHash" text, name text,
       "runId" text, node text, args jsonb)
     ON CONFLICT ("blockHash", "logIndex") DO NOTHING RETURNING "blockHash", "logIndex"`,
    [toJson(records)],
  );
  const fresh = new Set(added.map(({ blockHash, logIndex }) => `${blockHash}/${logIndex}`));
  return events.filter(({ position }) => fresh.has(`${position.blockHash}/${position.logIndex}`));
}

/** Deletes the events above a block; returns the runs that they were about. */
export async function deleteEventsAbove(tx: pg.PoolClient, blockNumber: number): Promise<string[]> {
  const affected = await rows<{ runId: string }>(
    tx,
    `WITH gone AS (DELETE FROM "ChainEvent" WHERE "blockNumber" > $1 RETURNING "runId") SELECT DISTINCT "runId" FROM gone`,
    [blockNumber],
  );
  return affected.map(({ runId }) => runId);
}

interface EventRow {
  name: string;
  args: object;
  blockNumber: number;
  blockHash: string;
  blockTime: Date;
  logIndex: number;
  txHash: string;
}

/** Every event of these runs, in chain order. */
export async function readEvents(tx: pg.PoolClient, runIds: readonly string[]): Promise<RegistryEvent[]> {
  const found = await rows<EventRow>(
    tx,
    `SELECT name, args, "blockNumber", "blockHash", "blockTime", "logIndex", "txHash" FROM "ChainEvent"
     WHERE "runId" = ANY($1) ORDER BY "blockNumber", "logIndex"`,
    [runIds],
  );
  return found.map(({ name, args, blockTime, ...place }) =>
    registryEventSchema.parse({ name, args, position: { ...place, blockTime: blockTime.getTime() } }),
  );
}
