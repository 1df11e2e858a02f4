import type { Database } from '../client.ts';
import type { AllocationRow } from '../rows.ts';
import { toJson } from '../sql/json.ts';
import { idCursor, pageLimit, toPage, type Page, type PageQuery } from '../sql/page.ts';
import { firstRow, rows } from '../sql/query.ts';

export interface NewAllocation {
  allocationId: string;
  taskId: string;
  runId: string;
  node: string;
  seq: number;
  replica: number;
  /** How many allocations of this replica ended before it. */
  restarts: number;
  actor: string;
  reason: string;
}

/**
 * Places replicas, each under the next epoch of its replica. Left out of the answer: replicas that have a live allocation
 * already, and tasks that ended or are to be stopped; so no replica is ever live twice, whoever else places at the same time.
 */
export function createAllocations(db: Database, allocations: readonly NewAllocation[]): Promise<AllocationRow[]> {
  return rows<AllocationRow>(
    db.pool,
    `WITH draft AS (
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS x(
         "allocationId" text, "taskId" text, "runId" text, node text, seq int, replica int, restarts int, actor text, reason text)),
     open AS (
       SELECT "taskId" FROM "Task" WHERE "taskId" IN (SELECT "taskId" FROM draft) AND "endedAt" IS NULL AND desired = 'Running' ORDER BY "taskId" FOR SHARE),
     placed AS (
       INSERT INTO "Allocation" ("allocationId", "taskId", "runId", node, seq, replica, epoch, phase, "phaseReason", desired, restarts)
       SELECT d."allocationId", d."taskId", d."runId", d.node, d.seq, d.replica,
         1 + COALESCE((SELECT max(a.epoch) FROM "Allocation" a WHERE a."taskId" = d."taskId" AND a.replica = d.replica), 0), 'Placed', d.reason, 'Running', d.restarts
       FROM draft d JOIN open USING ("taskId")
       ON CONFLICT ("taskId", replica) WHERE "endedAt" IS NULL DO NOTHING
       RETURNING *),
     told AS (
       INSERT INTO "TimelineEvent" ("runId", actor, subject, kind, "from", "to", reason)
       SELECT placed."runId", d.actor, placed."allocationId", 'allocation', NULL, 'Placed', d.reason FROM draft d JOIN placed USING ("allocationId"))
     SELECT * FROM placed`,
    [toJson(allocations)],
  );
}

export function findAllocation(db: Database, allocationId: string): Promise<AllocationRow | null> {
  return firstRow<AllocationRow>(db.pool, 'SELECT * FROM "Allocation" WHERE "allocationId" = $1', [allocationId]);
}

/** Several at once, in no order; unknown ids are left out. */
export function findAllocations(db: Database, allocationIds: readonly string[]): Promise<AllocationRow[]> {
  return rows<AllocationRow>(db.pool, 'SELECT * FROM "Allocation" WHERE "allocationId" = ANY($1)', [allocationIds]);
}

/** All allocations of a task, newest first. */
export async function listAllocations(db: Database, query: PageQuery & { taskId: string }): Promise<Page<AllocationRow>> {
  const found = await rows<AllocationRow>(
    db.pool,
    `SELECT * FROM "Allocation"
     WHERE "taskId" = $1 AND ($2::text IS NULL OR ("createdAt", "allocationId") < (SELECT "createdAt", "allocationId" FROM "Allocation" WHERE "allocationId" = $2))
     ORDER BY "createdAt" DESC, "allocationId" DESC LIMIT $3`,
    [query.taskId, idCursor(query), pageLimit(query) + 1],
  );
  return toPage(found, query, (allocation) => allocation.allocationId);
}

/** An allocation with what time-outs and backoffs need, on the database's clock: since it last got on or was told to stop, began and ended; null where it has not come to that. */
export type TimedAllocation = AllocationRow & { idleMs: number; runningMs: number | null; endedMs: number | null };

const TIMES = `(extract(epoch FROM now() - GREATEST("progressAt", "stopAskedAt")) * 1000)::float8 AS "idleMs",
  (extract(epoch FROM now() - "startedAt") * 1000)::float8 AS "runningMs", (extract(epoch FROM now() - "endedAt") * 1000)::float8 AS "endedMs"`;

/** The newest allocation of every replica of these tasks: what the task's phase and its next placement follow from. */
export function listNewestAllocations(db: Database, taskIds: readonly string[]): Promise<TimedAllocation[]> {
  return rows<TimedAllocation>(
    db.pool,
    `SELECT DISTINCT ON ("taskId", replica) *, ${TIMES} FROM "Allocation" WHERE "taskId" = ANY($1) ORDER BY "taskId", replica, epoch DESC`,
    [taskIds],
  );
}

/** Every allocation of these runs that has not ended. */
export function listLiveAllocations(db: Database, runIds: readonly string[]): Promise<TimedAllocation[]> {
  return rows<TimedAllocation>(
    db.pool,
    `SELECT *, ${TIMES} FROM "Allocation" WHERE "runId" = ANY($1) AND "endedAt" IS NULL ORDER BY "createdAt", "allocationId"`,
    [runIds],
  );
}

/** Every allocation of a node in a run that has not ended. */
export function listAllocationsOfNode(db: Database, key: { runId: string; node: string }): Promise<AllocationRow[]> {
  return rows<AllocationRow>(
    db.pool,
    'SELECT * FROM "Allocation" WHERE "runId" = $1 AND node = $2 AND "endedAt" IS NULL ORDER BY "createdAt"',
    [key.runId, key.node],
  );
}

/** Asks for allocations to be stopped. Returns those for which this is new. */
export function stopAllocations(db: Database, stops: readonly { allocationId: string; reason: string }[]): Promise<AllocationRow[]> {
  return rows<AllocationRow>(
    db.pool,
    `UPDATE "Allocation" a SET desired = 'Stopped', "stopReason" = stop.reason, "stopAskedAt" = now()
     FROM jsonb_to_recordset($1::jsonb) AS stop("allocationId" text, reason text)
     WHERE a."allocationId" = stop."allocationId" AND a."endedAt" IS NULL AND a.desired <> 'Stopped'
     RETURNING a.*`,
    [toJson(stops)],
  );
}
