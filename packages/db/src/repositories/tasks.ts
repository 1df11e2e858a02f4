import { isTerminalTaskPhase, type TaskPhase } from '@muster/domain/task-phase';
import type { Database } from '../client.ts';
import type { TaskRow } from '../rows.ts';
import { cleanText, toJson } from '../sql/json.ts';
import { idCursor, pageLimit, toPage, type Page, type PageQuery } from '../sql/page.ts';
import { firstRow, rows } from '../sql/query.ts';

export interface NewTask {
  taskId: string;
  runId: string;
  name: string;
  spec: object;
  specHash: string;
  idempotencyKey: string | null;
  /** When the spec itself names one. */
  imageDigest: string | null;
  needsCredentials: boolean;
  /** The buyer's address. */
  createdBy: string;
}

/**
 * Creates a task, or finds the one that was created with the same idempotency key: compare its specHash. Null when `maxOpen` tasks of the
 * run have not ended (or a few more, where several are created at once).
 */
export async function createTask(
  db: Database,
  task: NewTask,
  { maxOpen }: { maxOpen: number },
): Promise<{ task: TaskRow; created: boolean } | null> {
  const { taskId, runId, name, spec, specHash, idempotencyKey, imageDigest, needsCredentials, createdBy } = task;
  // One statement, so one way to the database and back: a buyer waits for it.
  const created = await firstRow<TaskRow>(
    db.pool,
    `WITH created AS (
       INSERT INTO "Task" ("taskId", "runId", name, spec, "specHash", "idempotencyKey", "imageDigest", "needsCredentials", desired, phase, "createdBy")
       SELECT $1, $2, $3, $4::jsonb, $5, $6, $7, $8, 'Running', 'Pending', $9
       WHERE (SELECT count(*) FROM (SELECT 1 FROM "Task" WHERE "runId" = $2 AND "endedAt" IS NULL LIMIT $10) AS open) < $10
       ON CONFLICT ("runId", "idempotencyKey") DO NOTHING RETURNING *),
     told AS (
       INSERT INTO "TimelineEvent" ("runId", actor, subject, kind, "from", "to", reason)
       SELECT "runId", "createdBy", "taskId", 'task', NULL, 'Pending', 'created as ' || name FROM created)
     SELECT * FROM created`,
    [taskId, runId, cleanText(name), toJson(spec), specHash, idempotencyKey, imageDigest, needsCredentials, createdBy, maxOpen],
  );
  if (created) return { task: created, created: true };
  const known = await findTaskByKey(db, { runId, idempotencyKey });
  return known && { task: known, created: false };
}

/** The task that was created with this idempotency key; none ever was without one. */
export function findTaskByKey(db: Database, { runId, idempotencyKey }: Pick<NewTask, 'runId' | 'idempotencyKey'>): Promise<TaskRow | null> {
  return firstRow<TaskRow>(db.pool, 'SELECT * FROM "Task" WHERE "runId" = $1 AND "idempotencyKey" = $2', [runId, idempotencyKey]);
}

export function findTask(db: Database, taskId: string): Promise<TaskRow | null> {
  return firstRow<TaskRow>(db.pool, 'SELECT * FROM "Task" WHERE "taskId" = $1', [taskId]);
}

/** Newest first. */
export async function listTasks(db: Database, query: PageQuery & { runId: string }): Promise<Page<TaskRow>> {
  const found = await rows<TaskRow>(
    db.pool,
    `SELECT * FROM "Task"
     WHERE "runId" = $1 AND ($2::text IS NULL OR ("createdAt", "taskId") < (SELECT "createdAt", "taskId" FROM "Task" WHERE "taskId" = $2))
     ORDER BY "createdAt" DESC, "taskId" DESC LIMIT $3`,
    [query.runId, idCursor(query), pageLimit(query) + 1],
  );
  return toPage(found, query, (task) => task.taskId);
}

/** A task for the reconcile loop, with its age on the database's clock. */
export type OpenTask = TaskRow & { ageMs: number };

/** The tasks of these runs that have not ended, oldest first. */
export function listOpenTasks(db: Database, runIds: readonly string[]): Promise<OpenTask[]> {
  return rows<OpenTask>(
    db.pool,
    `SELECT *, (extract(epoch FROM now() - "createdAt") * 1000)::float8 AS "ageMs" FROM "Task"
     WHERE "runId" = ANY($1) AND "endedAt" IS NULL ORDER BY "createdAt", "taskId"`,
    [runIds],
  );
}

/** Asks for the task to be stopped. Null when it is unknown or has ended; asking again changes nothing. */
export function stopTask(db: Database, taskId: string): Promise<TaskRow | null> {
  return firstRow<TaskRow>(db.pool, `UPDATE "Task" SET desired = 'Stopped' WHERE "taskId" = $1 AND "endedAt" IS NULL RETURNING *`, [
    taskId,
  ]);
}

export interface TaskTransition {
  taskId: string;
  /** When the task is no longer in it, nothing is changed. */
  from: TaskPhase;
  /** May equal `from`: then the reason alone is written, and no timeline event. */
  to: TaskPhase;
  actor: string;
  /** Null where the phase says it all. */
  reason: string | null;
}

/** Moves tasks and writes their timeline in one statement. Returns the moved ones. */
export function transitionTasks(db: Database, transitions: readonly TaskTransition[]): Promise<TaskRow[]> {
  const steps = transitions.map((step) => ({ ...step, ended: isTerminalTaskPhase(step.to) }));
  return rows<TaskRow>(
    db.pool,
    `WITH step AS (
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS x("taskId" text, "from" text, "to" text, actor text, reason text, ended boolean)),
     moved AS (
       UPDATE "Task" t SET phase = step."to", "phaseReason" = step.reason, "endedAt" = CASE WHEN step.ended THEN now() END
       FROM step WHERE t."taskId" = step."taskId" AND t.phase = step."from" AND t."endedAt" IS NULL
       RETURNING t.*),
     told AS (
       INSERT INTO "TimelineEvent" ("runId", actor, subject, kind, "from", "to", reason)
       SELECT moved."runId", step.actor, moved."taskId", 'task', step."from", step."to", step.reason
       FROM step JOIN moved USING ("taskId") WHERE step."from" <> step."to")
     SELECT * FROM moved`,
    [toJson(steps)],
  );
}
