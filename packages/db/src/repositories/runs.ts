import type { Database } from '../client.ts';
import type { RunRow } from '../rows.ts';
import { cursorParts, pageLimit, toPage, type Page, type PageQuery } from '../sql/page.ts';
import { firstRow, rows } from '../sql/query.ts';

/** By hand, not by Prisma: every request of a buyer asks for it, some twice. */
export function findRun(db: Database, runId: string): Promise<RunRow | null> {
  return firstRow<RunRow>(db.pool, 'SELECT * FROM "Run" WHERE "runId" = $1', [runId]);
}

/** The run that a task belongs to. */
export function findRunOfTask(db: Database, taskId: string): Promise<RunRow | null> {
  return firstRow<RunRow>(db.pool, 'SELECT r.* FROM "Task" t JOIN "Run" r ON r."runId" = t."runId" WHERE t."taskId" = $1', [taskId]);
}

/** The run that an allocation belongs to. */
export function findRunOfAllocation(db: Database, allocationId: string): Promise<RunRow | null> {
  return firstRow<RunRow>(db.pool, 'SELECT r.* FROM "Allocation" a JOIN "Run" r ON r."runId" = a."runId" WHERE a."allocationId" = $1', [
    allocationId,
  ]);
}

/** Newest first; run ids are numbers of any size, kept as text. */
export async function listRunsOfOwner(db: Database, query: PageQuery & { owner: string }): Promise<Page<RunRow>> {
  const found = await rows<RunRow>(
    db.pool,
    `SELECT * FROM "Run" WHERE owner = $1 AND ($2::numeric IS NULL OR "runId"::numeric < $2) ORDER BY "runId"::numeric DESC LIMIT $3`,
    [query.owner, cursorParts(query, /^(\d{1,78})$/)?.[0] ?? null, pageLimit(query) + 1],
  );
  return toPage(found, query, (run) => run.runId);
}

/** The runs that name this master; open ones alone unless asked. Oldest first. */
export function listRunsOfMaster(db: Database, query: { master: string; closedToo?: boolean }): Promise<RunRow[]> {
  return rows<RunRow>(db.pool, `SELECT * FROM "Run" WHERE master = $1 AND ($2 OR "closedAt" IS NULL) ORDER BY "runId"::numeric`, [
    query.master,
    query.closedToo ?? false,
  ]);
}

export interface RunCounts {
  runId: string;
  /** Registrations that have not ended. */
  nodes: number;
  healthyNodes: number;
  tasks: number;
  runningTasks: number;
}

/** One row per run that was asked for, also when nothing belongs to it. */
export function countRuns(db: Database, runIds: readonly string[]): Promise<RunCounts[]> {
  return rows<RunCounts>(
    db.pool,
    `SELECT asked.id AS "runId",
       (SELECT count(*) FROM "Registration" r WHERE r."runId" = asked.id AND r.standing IN ('Pending', 'Approved')) AS nodes,
       (SELECT count(*) FROM "NodeState" n WHERE n."runId" = asked.id AND n.phase = 'Healthy') AS "healthyNodes",
       (SELECT count(*) FROM "Task" t WHERE t."runId" = asked.id) AS tasks,
       (SELECT count(*) FROM "Task" t WHERE t."runId" = asked.id AND t.phase = 'Running') AS "runningTasks"
     FROM unnest($1::text[]) AS asked(id)`,
    [runIds],
  );
}
