import { registryEventSchema } from '@muster/domain/registry/events';
import { tellEvent } from '@muster/domain/registry/tell-event';
import type { Database } from '../client.ts';
import { toJson } from '../sql/json.ts';
import { cursorParts, pageLimit, toPage, type Page, type PageQuery } from '../sql/page.ts';
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

/** An event of the master's, or one of the registry's in words. */
export interface TimelineEntry extends NewTimelineEvent {
  /** Unique in the run. */
  id: string;
  at: Date;
}

interface FoundEntry extends Omit<NewTimelineEvent, 'runId'> {
  at: Date;
  source: 'chain' | 'master';
  major: number;
  minor: number;
  /** `at` in microseconds since 1970, which is as exact as it is stored. */
  exactly: string;
  /** Of the registry's: a whole event. */
  event: unknown;
}

const CURSOR = /^(\d{1,16}),(chain|master),(\d{1,15}),(\d{1,15})$/;

const cursorOf = ({ exactly, source, major, minor }: FoundEntry): string => [exactly, source, major, minor].join(',');

/**
 * What happened in a run, newest first: the master's own events and the registry's. The registry's are not written a second time, they
 * are read from the mirror, so that what a reorg takes back is gone here too. `about`: only what happened to this node, or to this task and
 * its allocations.
 */
export async function listTimeline(
  db: Database,
  query: PageQuery & { runId: string; about?: string | null },
): Promise<Page<TimelineEntry>> {
  const { about = null } = query;
  const [ofMaster, ofChain] = about === null ? ['', ''] : [OF_SUBJECT, 'AND node = $7'];
  const [at, source, major, minor] = cursorParts(query, CURSOR) ?? [];
  const found = await rows<FoundEntry>(
    db.pool,
    `SELECT *, (extract(epoch FROM at) * 1000000)::bigint::text AS exactly FROM (
       (SELECT at, 'master' AS source, id AS major, 0 AS minor, actor, subject, kind, "from", "to", reason, NULL::jsonb AS event
        FROM "TimelineEvent" WHERE "runId" = $1 ${ofMaster} AND ${isBefore('at', `'master'`, 'id, 0')} ORDER BY at DESC, id DESC LIMIT $6)
       UNION ALL
       (SELECT "toldAt", 'chain', "blockNumber", "logIndex", NULL, NULL, 'chain', NULL, NULL, NULL, jsonb_build_object('name', name, 'args', args,
          'position', jsonb_build_object('blockNumber', "blockNumber", 'blockHash', "blockHash", 'txHash', "txHash", 'logIndex', "logIndex",
            'blockTime', floor(extract(epoch FROM "blockTime") * 1000)))
        FROM "ChainEvent" WHERE "runId" = $1 ${ofChain} AND ${isBefore('"toldAt"', `'chain'`, '"blockNumber", "logIndex"')}
        ORDER BY "toldAt" DESC, "blockNumber" DESC, "logIndex" DESC LIMIT $6)) AS told
     ORDER BY at DESC, source DESC, major DESC, minor DESC LIMIT $6`,
    [query.runId, at ?? null, source ?? null, major ?? null, minor ?? null, pageLimit(query) + 1, ...(about === null ? [] : [about])],
  );
  const page = toPage(found, query, cursorOf);
  return { items: page.items.map((entry) => entryOf(entry, query.runId)), nextCursor: page.nextCursor };
}

const OF_SUBJECT = `AND subject IN (SELECT $7 UNION ALL SELECT "allocationId" FROM "Allocation" WHERE "taskId" = $7)`;

const AT = `('epoch'::timestamptz + $2::bigint * interval '1 microsecond')`;

/** The first condition is for the index. */
const isBefore = (at: string, source: string, place: string): string =>
  `($2::bigint IS NULL OR (${at} <= ${AT} AND (${at}, ${source}, ${place}) < (${AT}, $3::text, $4::bigint, $5::bigint)))`;

function entryOf({ at, source, major, minor, exactly: _exactly, event, ...entry }: FoundEntry, runId: string): TimelineEntry {
  const told = source === 'chain' ? tellEvent(registryEventSchema.parse(event)) : {};
  return { ...entry, ...told, id: source === 'chain' ? `${source}-${major}-${minor}` : String(major), at, runId };
}
