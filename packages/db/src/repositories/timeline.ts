import type { Database } from '../client.ts';
import type { TimelineRow } from '../rows.ts';
import { toJson } from '../sql/json.ts';
import { pageLimit, toPage, type Page, type PageQuery } from '../sql/page.ts';
import { execute, rows, type Queryable } from '../sql/query.ts';

/** `[time] [actor] [subject] FROM → TO. reason`; the time is the database's. */
export interface NewTimelineEvent {
  runId: string;
  /** Who did it: an address, `master` or `chain`. */
  actor: string;
  /** What it happened to: a node's address, a task's or an allocation's id, or the run's id. */
  subject: string;
  /** node, task, allocation, run, snapshot, session … */
  kind: string;
  from: string | null;
  to: string;
  reason: string | null;
}

/** Transitions of nodes, tasks and allocations write their own events; this is for all else. */
export async function appendTimeline(on: Queryable, events: readonly NewTimelineEvent[]): Promise<void> {
  if (events.length === 0) return;
  await execute(
    on,
    `INSERT INTO "TimelineEvent" ("runId", actor, subject, kind, "from", "to", reason)
     SELECT "runId", actor, subject, kind, "from", "to", reason
     FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS ("runId" text, actor text, subject text, kind text, "from" text, "to" text, reason text))
       WITH ORDINALITY ORDER BY ordinality`,
    [toJson(events)],
  );
}

/** Newest first. */
export async function listTimeline(db: Database, query: PageQuery & { runId: string; subject?: string }): Promise<Page<TimelineRow>> {
  const found = await rows<TimelineRow>(
    db.pool,
    `SELECT * FROM "TimelineEvent"
     WHERE "runId" = $1 AND ($2::bigint IS NULL OR id < $2) AND ($3::text IS NULL OR subject = $3)
     ORDER BY id DESC LIMIT $4`,
    [query.runId, query.cursor ?? null, query.subject ?? null, pageLimit(query) + 1],
  );
  return toPage(found, query, (event) => String(event.id));
}
