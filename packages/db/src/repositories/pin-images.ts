import type { Database } from '../client.ts';
import type { TaskRow } from '../rows.ts';
import { toJson } from '../sql/json.ts';
import { rows } from '../sql/query.ts';

export interface ImagePin {
  taskId: string;
  imageDigest: string;
  /** The node that got it. */
  actor: string;
}

/** Pins tasks that are not pinned yet, whoever else tries at the same time: the first counts. Returns those that it pinned. */
export function pinImages(db: Database, pins: readonly ImagePin[]): Promise<TaskRow[]> {
  if (pins.length === 0) return Promise.resolve([]);
  return rows<TaskRow>(
    db.pool,
    `WITH pin AS (
       SELECT DISTINCT ON ("taskId") * FROM jsonb_to_recordset($1::jsonb) AS x("taskId" text, "imageDigest" text, actor text) ORDER BY "taskId"),
     pinned AS (
       UPDATE "Task" t SET "imageDigest" = pin."imageDigest" FROM pin WHERE t."taskId" = pin."taskId" AND t."imageDigest" IS NULL RETURNING t.*),
     told AS (
       INSERT INTO "TimelineEvent" ("runId", actor, subject, kind, "from", "to", reason)
       SELECT pinned."runId", pin.actor, pinned."taskId", 'task', NULL, 'Pinned', 'its image is ' || pinned."imageDigest" || ' from now on'
       FROM pinned JOIN pin USING ("taskId"))
     SELECT * FROM pinned`,
    [toJson(pins)],
  );
}
