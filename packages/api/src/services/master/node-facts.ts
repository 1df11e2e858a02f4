import type { NodeOverview } from '@muster/db/repositories/nodes';
import type { RunRow } from '@muster/db/rows';
import type { NodePhase } from '@muster/domain/node-lifecycle';
import { isTerminalNodePhase, nextNodePhase } from '@muster/domain/node-lifecycle';
import { deriveStanding } from '@muster/domain/registry/derive-standing';
import type { Standing } from '@muster/domain/registry/standing';

export type NodeMoment = {
  nowMs: number;
  heartbeatMs: number;
  listeningSinceMs: number;
  /** Time of the newest block that the chain will not take back. */
  finalizedMs: number;
};

export type NodeStep = { from: NodePhase; to: NodePhase; reason: string };

/** The standing as the contract would answer now, from the mirror. */
export function standingNow({
  registration,
  run,
  nowMs,
}: {
  registration: NodeOverview['registration'];
  run: RunRow;
  nowMs: number;
}): Standing {
  const closedAt = run.closedAt?.getTime() ?? null;
  return deriveStanding({ standing: registration.standing, registeredAt: registration.registeredAt.getTime() }, { closedAt }, nowMs);
}

const AT_WORK: ReadonlySet<string> = new Set(['Approved', 'Invited', 'Healthy', 'Unhealthy', 'Lost', 'Draining']);

/**
 * The standing that may be acted upon: an end that the chain might still take back has not come yet. What stays in force until then is
 * what was in force before.
 */
function settledStanding(node: NodeOverview, run: RunRow, { nowMs, finalizedMs }: NodeMoment): Standing {
  const { registration, state } = node;
  // No event announces a lapse, and while the chain is not read a verdict may be in a block that we do not know: its clock counts, not ours.
  const present = standingNow({ registration, run, nowMs: Math.min(nowMs, finalizedMs) });
  // A reorg may take an approval back, and another verdict follow: to a node that is at work that is an invalidation.
  const atWork = state !== null && AT_WORK.has(state.phase);
  const standing = atWork && (present === 'Rejected' || present === 'Lapsed') ? 'Invalidated' : present;
  const endedMs = (standing === 'Closed' ? run.closedAt : registration.endedAt)?.getTime();
  if (endedMs === undefined || endedMs <= finalizedMs) return standing;
  return registration.approvedAt === null ? 'Pending' : 'Approved';
}

/** Whether the run takes work: it is open, or its closing might still be taken back. */
export const isOpen = (run: RunRow, finalizedMs: number): boolean => run.closedAt === null || run.closedAt.getTime() > finalizedMs;

/** When the node was last heard in a session; one whose session has been ended grows silent from there. */
function lastHeardMs({ state, registration, session }: NodeOverview, nowMs: number): number | null {
  if (session !== null && session.seq === registration.seq) return nowMs - session.silentMs;
  const hadSession = state !== null && ['Healthy', 'Unhealthy', 'Lost'].includes(state.phase);
  return hadSession ? ((state.lastHeartbeatAt ?? state.acknowledgedAt)?.getTime() ?? null) : null;
}

/** Every step that the facts call for, in order. Level-triggered: it does not matter how many turns of the loop were missed. */
export function stepsOfNode(node: NodeOverview, run: RunRow, moment: NodeMoment): NodeStep[] {
  const { state, registration } = node;
  if (state === null || state.seq !== registration.seq) return [];
  const facts = {
    ...moment,
    standing: settledStanding(node, run, moment),
    voted: registration.approvals + registration.rejections > 0,
    acknowledged: state.acknowledgedAt !== null && state.inviteEpoch === run.masterEpoch,
    lastHeartbeatMs: lastHeardMs(node, moment.nowMs),
    drainRequested: state.drainRequestedAt !== null,
  };
  const steps: NodeStep[] = [];
  for (let phase = state.phase; !isTerminalNodePhase(phase);) {
    const next = nextNodePhase(phase, facts);
    if (next === null) break;
    steps.push({ from: phase, to: next.phase, reason: next.reason });
    phase = next.phase;
  }
  return steps;
}
