import { isTerminalAllocationPhase, type AllocationPhase } from './allocation-lifecycle.ts';
import { isTerminal, type TransitionTable } from './transitions.ts';

export type TaskPhase = 'Pending' | 'Starting' | 'Running' | 'Stopping' | 'Succeeded' | 'Failed' | 'Cancelled';
export type TaskDesired = 'Running' | 'Stopped';

const ENDS = ['Succeeded', 'Failed', 'Cancelled'] as const;

/** A live task may fall back (a node is lost, a retry begins); stopping is final. */
export const TASK_TRANSITIONS: TransitionTable<TaskPhase> = {
  Pending: ['Starting', 'Running', 'Stopping', ...ENDS],
  Starting: ['Pending', 'Running', 'Stopping', ...ENDS],
  Running: ['Pending', 'Starting', 'Stopping', ...ENDS],
  Stopping: [...ENDS],
  Succeeded: [],
  Failed: [],
  Cancelled: [],
};

export const isTerminalTaskPhase = (phase: TaskPhase): boolean => isTerminal(TASK_TRANSITIONS, phase);

/** The newest allocation of one replica. */
export interface ReplicaState {
  phase: AllocationPhase;
  /** Ended, and the restart policy grants another allocation. */
  retrying: boolean;
}

export interface TaskFacts {
  current: TaskPhase;
  desired: TaskDesired;
  /** Replicas wanted. A task for all nodes wants as many as it has, and at least one. */
  wanted: number;
  replicas: readonly ReplicaState[];
}

/**
 * The task's phase as its replicas' newest allocations make it. Level-triggered: a pure function of rows.
 * A terminal phase stays. A task fails once nothing of it is live and a replica failed for good.
 */
export function taskPhase({ current, desired, wanted, replicas }: TaskFacts): TaskPhase {
  if (isTerminalTaskPhase(current)) return current;
  const live = replicas.filter((replica) => !isTerminalAllocationPhase(replica.phase));
  const ended = replicas.filter((replica) => isTerminalAllocationPhase(replica.phase) && !replica.retrying);
  if (desired === 'Stopped') {
    if (live.some((replica) => replica.phase !== 'Pending')) return 'Stopping';
    return (
      endOf(
        ended.filter((replica) => replica.phase !== 'Cancelled'),
        wanted,
      ) ?? 'Cancelled'
    );
  }
  if (ended.length >= wanted && live.length === 0 && !replicas.some((replica) => replica.retrying))
    return endOf(ended, wanted) ?? 'Cancelled';
  if (current === 'Stopping') return 'Stopping';
  if (live.some((replica) => replica.phase === 'Running')) return 'Running';
  return live.some((replica) => replica.phase !== 'Pending' && replica.phase !== 'Unknown') ? 'Starting' : pendingOrStays(current, live);
}

/** Replicas that cannot be reached keep the task where it is: silence is no evidence. */
function pendingOrStays(current: TaskPhase, live: readonly ReplicaState[]): TaskPhase {
  return live.some((replica) => replica.phase === 'Unknown') ? current : 'Pending';
}

function endOf(ended: readonly ReplicaState[], wanted: number): 'Succeeded' | 'Failed' | null {
  if (ended.some((replica) => replica.phase === 'Failed' || replica.phase === 'Lost')) return 'Failed';
  return ended.length >= wanted && ended.every((replica) => replica.phase === 'Succeeded') ? 'Succeeded' : null;
}
