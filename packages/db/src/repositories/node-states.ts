import type { NodePhase } from '@muster/domain/node-lifecycle';
import type { Database } from '../client.ts';
import type { NodeStateRow } from '../rows.ts';
import { cleanText, toJson } from '../sql/json.ts';
import { execute, rows } from '../sql/query.ts';

export interface NewNodeLife {
  runId: string;
  node: string;
  seq: number;
  actor: string;
  reason: string;
}

/** Begins the life of registrations that the master sees for the first time, at Registered; what it knew of an earlier seq is forgotten. */
export function beginNodeLives(db: Database, lives: readonly NewNodeLife[]): Promise<NodeStateRow[]> {
  return rows<NodeStateRow>(
    db.pool,
    `WITH life AS (SELECT * FROM jsonb_to_recordset($1::jsonb) AS x("runId" text, node text, seq int, actor text, reason text)),
     begun AS (
       INSERT INTO "NodeState" AS n ("runId", node, seq, phase, "phaseReason")
       SELECT "runId", node, seq, 'Registered', reason FROM life ORDER BY "runId", node
       ON CONFLICT ("runId", node) DO UPDATE SET seq = EXCLUDED.seq, phase = EXCLUDED.phase, "phaseReason" = EXCLUDED."phaseReason",
         "phaseSince" = now(), "updatedAt" = now(), capabilities = NULL, "inviteDigest" = NULL, "invitedAt" = NULL, "inviteAttempts" = 0,
         "inviteEpoch" = NULL, "nextInviteAt" = NULL, acknowledgment = NULL, "acknowledgedAt" = NULL, "drainRequestedAt" = NULL, "drainReason" = NULL,
         "keyStatement" = NULL
       WHERE n.seq < EXCLUDED.seq
       RETURNING n.*),
     told AS (
       INSERT INTO "TimelineEvent" ("runId", actor, subject, kind, "from", "to", reason)
       SELECT begun."runId", life.actor, begun.node, 'node', NULL, 'Registered', life.reason FROM begun JOIN life USING ("runId", node))
     SELECT * FROM begun`,
    [toJson(lives)],
  );
}

export interface NodeTransition {
  runId: string;
  node: string;
  seq: number;
  /** The phase that the decision was made in: when it is no longer so, nothing is changed. */
  from: NodePhase;
  to: NodePhase;
  actor: string;
  reason: string;
}

/** Moves nodes and writes their timeline in one statement. Returns the moved ones, with their new phase. */
export function transitionNodes(db: Database, transitions: readonly NodeTransition[]): Promise<NodeStateRow[]> {
  return rows<NodeStateRow>(
    db.pool,
    `WITH step AS (
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS x("runId" text, node text, seq int, "from" text, "to" text, actor text, reason text)),
     moved AS (
       UPDATE "NodeState" n SET phase = step."to", "phaseReason" = step.reason, "phaseSince" = now(), "updatedAt" = now()
       FROM step WHERE n."runId" = step."runId" AND n.node = step.node AND n.seq = step.seq AND n.phase = step."from"
       RETURNING n.*),
     told AS (
       INSERT INTO "TimelineEvent" ("runId", actor, subject, kind, "from", "to", reason)
       SELECT step."runId", step.actor, step.node, 'node', step."from", step."to", step.reason FROM step JOIN moved USING ("runId", node))
     SELECT * FROM moved`,
    [toJson(transitions)],
  );
}

interface NodeKey {
  runId: string;
  node: string;
  seq: number;
}

/** Remembers the invite that is about to be sent, so that an acknowledgment of it can be told from one of another. */
export async function recordInvite(
  db: Database,
  invite: NodeKey & { masterEpoch: number; inviteDigest: string; capabilities?: object; retryAfterMs: number },
): Promise<boolean> {
  const { runId, node, seq, masterEpoch, inviteDigest, capabilities, retryAfterMs } = invite;
  const changed = await execute(
    db.pool,
    `UPDATE "NodeState" SET "inviteEpoch" = $7, "inviteDigest" = $4, "invitedAt" = now(), "inviteAttempts" = "inviteAttempts" + 1, capabilities = COALESCE($5::jsonb, capabilities),
       acknowledgment = NULL, "acknowledgedAt" = NULL, "nextInviteAt" = now() + $6 * interval '1 millisecond', "updatedAt" = now()
     WHERE "runId" = $1 AND node = $2 AND seq = $3`,
    [runId, node, seq, inviteDigest, capabilities === undefined ? null : toJson(capabilities), retryAfterMs, masterEpoch],
  );
  return changed === 1;
}

/** An invite that did not get through: counts the attempt and postpones the next one. */
export async function postponeInvite(db: Database, delay: NodeKey & { retryAfterMs: number; reason: string }): Promise<void> {
  await execute(
    db.pool,
    `UPDATE "NodeState" SET "inviteAttempts" = "inviteAttempts" + 1, "nextInviteAt" = now() + $4 * interval '1 millisecond', "phaseReason" = $5, "updatedAt" = now()
     WHERE "runId" = $1 AND node = $2 AND seq = $3`,
    [delay.runId, delay.node, delay.seq, delay.retryAfterMs, cleanText(delay.reason)],
  );
}

/** Keeps the node's signed acknowledgment. False when it is for another invite than the last. */
export async function recordAcknowledgment(
  db: Database,
  answer: NodeKey & { inviteDigest: string; acknowledgment: object },
): Promise<boolean> {
  const { runId, node, seq, inviteDigest, acknowledgment } = answer;
  const changed = await execute(
    db.pool,
    `UPDATE "NodeState" SET acknowledgment = $5::jsonb, "acknowledgedAt" = now(), "inviteAttempts" = 0, "nextInviteAt" = NULL, "updatedAt" = now()
     WHERE "runId" = $1 AND node = $2 AND seq = $3 AND "inviteDigest" = $4`,
    [runId, node, seq, inviteDigest, toJson(acknowledgment)],
  );
  return changed === 1;
}

/** Keeps what the node of this registration says its encryption key is. */
export async function recordKeyStatement(db: Database, statement: NodeKey & { envelope: object }): Promise<void> {
  await execute(
    db.pool,
    'UPDATE "NodeState" SET "keyStatement" = $4::jsonb, "updatedAt" = now() WHERE "runId" = $1 AND node = $2 AND seq = $3',
    [statement.runId, statement.node, statement.seq, toJson(statement.envelope)],
  );
}

/** False when the node is unknown here or was asked before. */
export async function requestDrain(db: Database, request: { runId: string; node: string; reason: string }): Promise<boolean> {
  const changed = await execute(
    db.pool,
    `UPDATE "NodeState" SET "drainRequestedAt" = now(), "drainReason" = $3, "updatedAt" = now()
     WHERE "runId" = $1 AND node = $2 AND "drainRequestedAt" IS NULL`,
    [request.runId, request.node, cleanText(request.reason)],
  );
  return changed === 1;
}
