import { canMove, isTerminal, type TransitionTable } from './transitions.ts';

export type AllocationPhase =
  | 'Pending'
  | 'Placed'
  | 'Pulling'
  | 'Starting'
  | 'Running'
  | 'Unknown'
  | 'Succeeded'
  | 'Failed'
  | 'Cancelled'
  | 'Lost';

const ENDS = ['Succeeded', 'Failed', 'Cancelled', 'Lost'] as const;

/**
 * Reports are levels, not edges: a short container may be reported as Succeeded without ever being seen Running, so steps may be
 * skipped forwards. Running goes back to Starting on a restart order. Unknown is the master's word for a node that it cannot reach.
 */
export const ALLOCATION_TRANSITIONS: TransitionTable<AllocationPhase> = {
  Pending: ['Placed', 'Cancelled'],
  Placed: ['Pulling', 'Starting', 'Running', 'Unknown', ...ENDS],
  Pulling: ['Starting', 'Running', 'Unknown', ...ENDS],
  Starting: ['Running', 'Unknown', ...ENDS],
  Running: ['Starting', 'Unknown', ...ENDS],
  Unknown: ['Placed', 'Pulling', 'Starting', 'Running', ...ENDS],
  Succeeded: [],
  Failed: [],
  Cancelled: [],
  Lost: [],
};

export const isTerminalAllocationPhase = (phase: AllocationPhase): boolean => isTerminal(ALLOCATION_TRANSITIONS, phase);

/** Holds (or may hold) resources of a node. */
export const occupiesNode = (phase: AllocationPhase): boolean => phase !== 'Pending' && !isTerminalAllocationPhase(phase);

export interface AllocationReport {
  epoch: number;
  phase: AllocationPhase;
}

export type ReportDecision =
  | { accept: true; phase: AllocationPhase }
  | { accept: false; code: 'EPOCH_STALE' | 'ILLEGAL_TRANSITION' | 'UNCHANGED' };

/** What a node's report does to an allocation. A stale epoch's writes are refused; a terminal phase stays. */
export function applyReport(current: AllocationReport, report: AllocationReport): ReportDecision {
  if (report.epoch !== current.epoch) return { accept: false, code: 'EPOCH_STALE' };
  if (report.phase === current.phase) return { accept: false, code: 'UNCHANGED' };
  if (!canMove(ALLOCATION_TRANSITIONS, current.phase, report.phase)) return { accept: false, code: 'ILLEGAL_TRANSITION' };
  return { accept: true, phase: report.phase };
}

/** The allocation's phase as far as its node's phase alone decides; null when it decides nothing. */
export function phaseUnderNode(phase: AllocationPhase, nodePhase: 'Healthy' | 'Unhealthy' | 'Lost' | 'Gone'): 'Unknown' | 'Lost' | null {
  if (!occupiesNode(phase)) return null;
  if (nodePhase === 'Gone' || nodePhase === 'Lost') return 'Lost';
  return nodePhase === 'Unhealthy' && phase !== 'Unknown' ? 'Unknown' : null;
}
