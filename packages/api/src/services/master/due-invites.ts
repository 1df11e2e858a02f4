import { interleave } from '@muster/domain/interleave';
import type { NodeOverview } from '@muster/db/repositories/nodes';
import type { RunRow } from '@muster/db/rows';
import { standingNow } from './node-facts.ts';

const INVITABLE: ReadonlySet<string> = new Set(['Approved', 'Invited', 'Healthy', 'Unhealthy', 'Lost']);

/**
 * Whether a node is to be invited now: it is approved and has no acknowledged invite of the master's present term; or it acknowledged
 * one and yet has no session, or a dead one, for so long that it may have lost its memory.
 */
export function isInviteDue({
  run,
  node,
  nowMs,
  lostAfterMs,
}: {
  run: RunRow;
  node: NodeOverview;
  nowMs: number;
  lostAfterMs: number;
}): boolean {
  const { state, registration, session } = node;
  if (run.closedAt !== null || state === null || state.seq !== registration.seq || !INVITABLE.has(state.phase)) return false;
  if (standingNow({ registration, run, nowMs }) !== 'Approved') return false;
  if (state.nextInviteAt !== null && state.nextInviteAt.getTime() > nowMs) return false;
  if (state.acknowledgedAt === null || state.inviteEpoch !== run.masterEpoch) return true;
  // Since the acknowledgment too: an invite that was taken and led to nothing is not repeated at once.
  const silentMs = Math.min(nowMs - state.acknowledgedAt.getTime(), session?.silentMs ?? Number.POSITIVE_INFINITY);
  return (state.phase === 'Invited' || state.phase === 'Lost') && silentMs > lostAfterMs;
}

type Waiting = { run: Pick<RunRow, 'runId'>; attempts: number };

/**
 * Whom to invite first. Anybody may name this master in a run of silent nodes, each of which holds a place for as long as it is waited for:
 * it keeps no other run waiting, and within a run those that were tried least go first.
 */
export const inTurn = <T extends Waiting>(candidates: readonly T[]): T[] =>
  interleave(
    candidates.toSorted((a, b) => a.attempts - b.attempts),
    ({ run }) => run.runId,
  );
