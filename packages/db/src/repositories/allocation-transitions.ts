import { isTerminalAllocationPhase, type AllocationPhase } from '@muster/domain/allocation-lifecycle';
import type { Database } from '../client.ts';
import type { AllocationRow } from '../rows.ts';
import { toJson } from '../sql/json.ts';
import { rows } from '../sql/query.ts';

/** What a node reports of a container; whatever is left out stays as it was. */
export interface AllocationPatch {
  containerId?: string | undefined;
  imageId?: string | undefined;
  imageDigest?: string | undefined;
  exitCode?: number | undefined;
  oomKilled?: boolean | undefined;
  error?: object | undefined;
  /** Forgotten as soon as the phase is no longer Pulling. */
  pullProgress?: object | undefined;
  /** How far it is on its way (startProgress); kept as the furthest, until it is told to stop. */
  progress?: number | undefined;
  restarts?: number | undefined;
  ports?: readonly object[] | undefined;
  startedAt?: Date | undefined;
  /** For a final phase; the database's time when left out. */
  endedAt?: Date | undefined;
}

export interface AllocationTransition {
  allocationId: string;
  /** A stale epoch's writes are refused. */
  epoch: number;
  /** The phase that the decision was made in: when it is no longer so, nothing is changed. */
  from: AllocationPhase;
  /** May equal `from`: then the patch alone is written, and no timeline event. */
  to: AllocationPhase;
  actor: string;
  /** Null where the phase says it all. */
  reason: string | null;
  patch?: AllocationPatch | undefined;
  /** Said by the node itself, as opposed to concluded by the master. */
  reported?: boolean | undefined;
}

/** Moves allocations and writes their timeline in one statement; ended ones stay as they are. Returns the changed ones. */
export function transitionAllocations(db: Database, transitions: readonly AllocationTransition[]): Promise<AllocationRow[]> {
  if (transitions.length === 0) return Promise.resolve([]);
  const steps = transitions.map(({ patch, ...step }) => ({ ...step, ...patch, ended: isTerminalAllocationPhase(step.to) }));
  return rows<AllocationRow>(
    db.pool,
    `WITH step AS (
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS x("allocationId" text, epoch int, "from" text, "to" text, actor text, reason text,
         reported boolean, ended boolean, "containerId" text, "imageId" text, "imageDigest" text, "exitCode" int, "oomKilled" boolean, error jsonb, "pullProgress" jsonb,
         ports jsonb, progress float8, restarts int, "startedAt" timestamptz, "endedAt" timestamptz)),
     moved AS (
       UPDATE "Allocation" a SET phase = step."to",
         "phaseReason" = CASE WHEN step."from" <> step."to" THEN step.reason ELSE a."phaseReason" END,
         "phaseSince" = CASE WHEN step."from" <> step."to" THEN now() ELSE a."phaseSince" END,
         "containerId" = COALESCE(step."containerId", a."containerId"), "imageId" = COALESCE(step."imageId", a."imageId"),
         "imageDigest" = COALESCE(step."imageDigest", a."imageDigest"),
         "exitCode" = COALESCE(step."exitCode", a."exitCode"), "oomKilled" = COALESCE(step."oomKilled", a."oomKilled"),
         error = COALESCE(step.error, a.error), "pullProgress" = CASE WHEN step."to" = 'Pulling' THEN COALESCE(step."pullProgress", a."pullProgress") END,
         progress = GREATEST(a.progress, step.progress),
         "progressAt" = CASE WHEN step."from" = 'Unknown' OR (step.progress > a.progress AND a.desired = 'Running') THEN now() ELSE a."progressAt" END,
         ports = COALESCE(step.ports, a.ports), restarts = COALESCE(step.restarts, a.restarts), "startedAt" = COALESCE(step."startedAt", a."startedAt"),
         "endedAt" = CASE WHEN step.ended THEN COALESCE(step."endedAt", now()) END,
         "reportedAt" = CASE WHEN step.reported THEN now() ELSE a."reportedAt" END
       FROM step WHERE a."allocationId" = step."allocationId" AND a.epoch = step.epoch AND a.phase = step."from" AND a."endedAt" IS NULL
       RETURNING a.*),
     told AS (
       INSERT INTO "TimelineEvent" ("runId", actor, subject, kind, "from", "to", reason)
       SELECT moved."runId", step.actor, moved."allocationId", 'allocation', step."from", step."to", step.reason
       FROM step JOIN moved USING ("allocationId") WHERE step."from" <> step."to")
     SELECT * FROM moved`,
    [toJson(steps)],
  );
}
