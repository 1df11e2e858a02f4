import { livenessOfAge, nextLiveness, type LivenessFacts, type LivenessPhase } from './node-liveness.ts';
import type { Standing } from './registry/standing.ts';
import { isTerminal, type TransitionTable } from './transitions.ts';

/** A node in a run, as its master sees it. A later registration (seq + 1) begins a new life at Registered. */
export type NodePhase =
  | 'Registered'
  | 'Validating'
  | 'Approved'
  | 'Invited'
  | 'Healthy'
  | 'Unhealthy'
  | 'Lost'
  | 'Draining'
  | 'Left'
  | 'Rejected'
  | 'Ejected'
  | 'Invalidated'
  | 'Lapsed'
  | 'Closed';

const PENDING_ENDS = ['Rejected', 'Left', 'Ejected', 'Lapsed', 'Closed'] as const;
const APPROVED_ENDS = ['Left', 'Ejected', 'Invalidated', 'Closed'] as const;

export const NODE_TRANSITIONS: TransitionTable<NodePhase> = {
  Registered: ['Validating', 'Approved', ...PENDING_ENDS],
  Validating: ['Approved', ...PENDING_ENDS],
  Approved: ['Invited', 'Draining', ...APPROVED_ENDS],
  Invited: ['Healthy', 'Draining', ...APPROVED_ENDS],
  Healthy: ['Unhealthy', 'Draining', ...APPROVED_ENDS],
  Unhealthy: ['Healthy', 'Lost', 'Draining', ...APPROVED_ENDS],
  Lost: ['Healthy', ...APPROVED_ENDS],
  // A node that falls silent while it drains still holds allocations, which must come to an end.
  Draining: ['Lost', ...APPROVED_ENDS],
  Left: [],
  Rejected: [],
  Ejected: [],
  Invalidated: [],
  Lapsed: [],
  Closed: [],
};

export const isTerminalNodePhase = (phase: NodePhase): boolean => isTerminal(NODE_TRANSITIONS, phase);

export interface NodeFacts {
  /** The derived standing (see registry/derive-standing). */
  standing: Standing;
  /** A validator has voted in the present round. */
  voted: boolean;
  /** The node acknowledged an invite of the run's present master. */
  acknowledged: boolean;
  /** The last heartbeat (or the opening) of its live session; null without one. */
  lastHeartbeatMs: number | null;
  drainRequested: boolean;
  nowMs: number;
  heartbeatMs: number;
  listeningSinceMs: number;
}

/** The one step that the facts call for, with its reason, or null when the phase already fits them. */
export function nextNodePhase(phase: NodePhase, facts: NodeFacts): { phase: NodePhase; reason: string } | null {
  if (isTerminalNodePhase(phase)) return null;
  const next = towards(phase, facts);
  return next === null || next.phase === phase ? null : next;
}

function towards(phase: NodePhase, facts: NodeFacts): { phase: NodePhase; reason: string } | null {
  const end = endOf(phase, facts.standing);
  if (end) return { phase: end, reason: END_REASONS[end] };
  if (phase === 'Registered' || phase === 'Validating') {
    if (facts.standing === 'Approved') return { phase: 'Approved', reason: 'the validators approved it on chain' };
    return facts.voted ? { phase: 'Validating', reason: 'a validator has voted' } : null;
  }
  if (isSilent(facts)) return phase === 'Draining' ? { phase: 'Lost', reason: 'it fell silent while it drained' } : inService(phase, facts);
  if (phase === 'Draining') return null;
  if (facts.drainRequested && phase !== 'Lost') return { phase: 'Draining', reason: 'its drain was requested' };
  return inService(phase, facts);
}

/** For so long that it would be lost; without a session there is nothing to be silent on. */
function isSilent({ lastHeartbeatMs, listeningSinceMs, nowMs, heartbeatMs }: NodeFacts): boolean {
  return lastHeartbeatMs !== null && livenessOfAge(nowMs - Math.max(lastHeartbeatMs, listeningSinceMs), heartbeatMs) === 'Lost';
}

function inService(phase: NodePhase, facts: NodeFacts): { phase: NodePhase; reason: string } | null {
  if (phase === 'Approved') return facts.acknowledged ? { phase: 'Invited', reason: 'it acknowledged the invite' } : null;
  if (facts.lastHeartbeatMs === null) return null;
  if (phase === 'Invited') return { phase: 'Healthy', reason: 'it opened a session' };
  return isLiveness(phase) ? byHeartbeat(phase, { ...facts, lastHeartbeatMs: facts.lastHeartbeatMs }) : null;
}

const isLiveness = (phase: NodePhase): phase is LivenessPhase => phase === 'Healthy' || phase === 'Unhealthy' || phase === 'Lost';

function byHeartbeat(current: LivenessPhase, facts: Omit<LivenessFacts, 'current'>): { phase: NodePhase; reason: string } {
  const phase = nextLiveness({ ...facts, current });
  return { phase, reason: phase === 'Healthy' ? 'its heartbeat returned' : `no heartbeat for ${facts.nowMs - facts.lastHeartbeatMs} ms` };
}

type NodeEnd = 'Left' | 'Rejected' | 'Ejected' | 'Invalidated' | 'Lapsed' | 'Closed';

const END_REASONS: Readonly<Record<NodeEnd, string>> = {
  Left: 'it left the run',
  Rejected: 'the validators rejected it',
  Ejected: 'it was ejected',
  Invalidated: 'a later round invalidated it',
  Lapsed: 'no verdict came in time',
  Closed: 'the run was closed',
};

const isEnd = (standing: Standing): standing is NodeEnd => standing in END_REASONS;

/** Some ends belong to one half of the life only: an approved node is invalidated, not rejected. */
function endOf(phase: NodePhase, standing: Standing): NodeEnd | null {
  return isEnd(standing) && NODE_TRANSITIONS[phase].includes(standing) ? standing : null;
}
