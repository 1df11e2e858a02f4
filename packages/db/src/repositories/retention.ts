import { NODE_TRANSITIONS, isTerminalNodePhase, type NodePhase } from '@muster/domain/node-lifecycle';
import type { Database } from '../client.ts';
import { execute } from '../sql/query.ts';

/** How long what is over is kept, and how much of what grows. */
export interface Retention {
  /** After the end of their container. */
  logsMs: number;
  /** Of one container's log, also while it runs: see trim-logs. */
  logBytes: number;
  timelineMs: number;
  evidenceMs: number;
  /** Acknowledged orders, after the end of their allocation. */
  ordersMs: number;
}

export type Removed = Record<'logs' | 'timeline' | 'evidence' | 'orders', number>;

const BATCH = 5_000;
/** The rest is for the next sweep. */
const MAX_BATCHES = 200;
const LIVING = (Object.keys(NODE_TRANSITIONS) as NodePhase[]).filter((phase) => !isTerminalNodePhase(phase));

/** Removes what has been over for longer than it is to be kept; never what a live task, container, node or registration still stands on. */
export async function sweepRetained(db: Database, keep: Retention): Promise<Removed> {
  return {
    logs: await inBatches(db, OLD_LOGS, [keep.logsMs]),
    timeline: await inBatches(db, OLD_TIMELINE, [keep.timelineMs, LIVING]),
    evidence: await inBatches(db, OLD_EVIDENCE, [keep.evidenceMs]),
    orders: await inBatches(db, OLD_ORDERS, [keep.ordersMs]),
  };
}

interface OldRows {
  table: string;
  /** Over the row `x`; $1 is the age in ms. */
  where: string;
}

const AGO = `now() - $1 * interval '1 millisecond'`;
const hasAllocationSince = (column: string): string =>
  `EXISTS (SELECT 1 FROM "Allocation" a WHERE a."allocationId" = ${column} AND (a."endedAt" IS NULL OR a."endedAt" >= ${AGO}))`;

const OLD_LOGS: OldRows = { table: '"LogChunk"', where: `x."receivedAt" < ${AGO} AND NOT ${hasAllocationSince('x."allocationId"')}` };

const OLD_ORDERS: OldRows = {
  table: '"Order"',
  // Drains are of no allocation, and as few as registrations.
  where: `x."createdAt" < ${AGO} AND x."acknowledgedAt" < ${AGO} AND x."allocationId" IS NOT NULL AND NOT ${hasAllocationSince('x."allocationId"')}`,
};

const OLD_TIMELINE: OldRows = {
  table: '"TimelineEvent"',
  where: `x.at < ${AGO}
    AND NOT EXISTS (SELECT 1 FROM "Task" t WHERE t."taskId" = x.subject AND t."endedAt" IS NULL)
    AND NOT EXISTS (SELECT 1 FROM "Allocation" a WHERE a."allocationId" = x.subject AND a."endedAt" IS NULL)
    AND NOT EXISTS (SELECT 1 FROM "NodeState" n WHERE n."runId" = x."runId" AND n.node = x.subject AND n.phase = ANY($2))`,
};

const OLD_EVIDENCE: OldRows = {
  table: '"Evidence"',
  where: `x."createdAt" < ${AGO}
    AND NOT EXISTS (SELECT 1 FROM "Registration" r WHERE r."runId" = x."runId" AND r.node = x.node AND r.standing IN ('Pending', 'Approved'))`,
};

/** A statement that deletes everything at once would hold its locks, and the disk, for as long. */
async function inBatches(db: Database, { table, where }: OldRows, values: readonly unknown[]): Promise<number> {
  const text = `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT x.ctid FROM ${table} x WHERE ${where} LIMIT ${BATCH}))`;
  let removed = 0;
  for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
    const count = await execute(db.pool, text, values);
    removed += count;
    if (count < BATCH) break;
  }
  return removed;
}
