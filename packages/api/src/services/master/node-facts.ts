import type { NodeOverview } from '@muster/db/repositories/nodes';
import type { RunRow } from '@muster/db/rows';
import type { NodePhase } from '@muster/domain/node-lifecycle';
import { isTerminalNodePhase, nextNodePhase } from '@muster/domain/node-lifecycle';
import { deriveStanding } from '@muster/domain/registry/derive-standing';
import type { Standing } from '@muster/domain/registry/standing';

export type NodeMoment = { nowMs: number; heartbeatMs: number; listeningSinceMs: number };

export type NodeStep = { from: NodePhase; to: NodePhase; reason: string };

/** The standing as the contract would answer now, from the mirror. */
export function standingNow({ registration, run, nowMs }: { registration: NodeOverview['registration']; run: RunRow; nowMs: number }): Standing {
  const closedAt = run.closedAt?.getTime() ?? null;
  return deriveStanding({ standing: registration.standing, registeredAt: registration.registeredAt.getTime() }, { closedAt }, nowMs);
}

/** Every step that the facts call for, in order. Level-triggered: it does not matter how many turns of the loop were missed. */
export function stepsOfNode(node: NodeOverview, run: RunRow, moment: NodeMoment): NodeStep[] {
  const { state, registration, session } = node;
  if (state === null || state.seq !== registration.seq) return [];
  const facts = {
    ...moment,
    standing: standingNow({ registration, run, nowMs: moment.nowMs }),
    voted: registration.approvals + registration.rejections > 0,
    acknowledged: state.acknowledgedAt !== null && state.inviteEpoch === run.masterEpoch,
    lastHeartbeatMs: session !== null && session.seq === registration.seq ? moment.nowMs - session.silentMs : null,
    drainRequested: state.drainRequestedAt !== null,
  };
  const steps: NodeStep[] = [];
  for (let phase = state.phase; !isTerminalNodePhase(phase); ) {
    const next = nextNodePhase(phase, facts);
    if (next === null) break;
    steps.push({ from: phase, to: next.phase, reason: next.reason });
    phase = next.phase;
  }
  return steps;
}
