import type { TimedAllocation } from '@muster/db/repositories/allocations';
import type { TaskRow } from '@muster/db/rows';
import { ALLOCATION_TRANSITIONS, isTerminalAllocationPhase, type AllocationPhase } from '@muster/domain/allocation-lifecycle';
import { isTerminalNodePhase, type NodePhase } from '@muster/domain/node-lifecycle';
import { overdue as overdueOf } from '@muster/domain/start-deadline';
import { canMove } from '@muster/domain/transitions';
import type { TaskSpec } from '@muster/protocol/task-spec/task-spec';
import { overdueError, type OverdueError } from './overdue-error.ts';
import type { StopReason } from './replicas.ts';
import { endsUnsaid, hasRun, neverBegan, stopError, stopWithinMs, type StopError } from './stop-patience.ts';

/** What the master knows of the node that an allocation was placed on. */
export type NodeOfAllocation = {
  phase: NodePhase;
  /** False: the node has registered anew since; what ran under the old registration is over. */
  sameRegistration: boolean;
  /** How long the node has been in its phase, ms. */
  phaseForMs: number;
  /** It has a session, and was heard within the time after which it would be lost. */
  reachable: boolean;
  /** What its newest heartbeat says of the allocation. */
  observed: AllocationPhase | null;
};

export type AllocationPlanInput = {
  allocation: TimedAllocation;
  task: Pick<TaskRow, 'desired'>;
  spec: TaskSpec;
  node: NodeOfAllocation | null;
  runOpen: boolean;
  /** The run has named another master: this one may order nothing any more. */
  elsewhere: boolean;
  lostAfterMs: number;
  startWithinMs: number;
  /** Time in which its node could be heard and it did not get on, or since it was told to stop. */
  idleMs: number;
};

export type AllocationPlan = {
  /** The phase that the master itself decides on, with its reason. */
  move: { to: AllocationPhase; reason: string; error?: OverdueError | StopError } | null;
  /** Order the node to stop it. */
  stop: StopReason | null;
};

const KEEP: AllocationPlan = { move: null, stop: null };

/** What one live allocation calls for now. Pure. */
export function planAllocation(input: AllocationPlanInput): AllocationPlan {
  const { allocation, node, spec, lostAfterMs } = input;
  if (isTerminalAllocationPhase(allocation.phase)) return KEEP;
  if (input.elsewhere) return end('Lost', 'the run has named another master');
  // Only a reorg makes a registration vanish from the mirror, and the branch that replaces it is still to be read.
  if (node === null) return KEEP;
  if (!node.sameRegistration) return end('Lost', 'its node has registered anew');
  if (isTerminalNodePhase(node.phase)) {
    // "A node stops a container it may no longer run before the master may place it elsewhere": it gets the time to say so.
    const patienceMs = spec.graceMs + lostAfterMs;
    if (!node.reachable || node.phaseForMs > patienceMs) return end('Lost', `its node is gone (${node.phase})`);
    return stop(input, input.runOpen ? 'evicted' : 'buyer');
  }
  if (node.phase === 'Lost') {
    // The node begins to stop its containers only now, counts from when it last heard us, and they have their grace.
    const fencedAfterMs = spec.graceMs + lostAfterMs / 4;
    if (node.phaseForMs > fencedAfterMs) return end('Lost', 'its node stopped answering and the grace period is over');
    return { ...stopIfWanted(input), move: unknown(allocation) };
  }
  if (node.phase === 'Unhealthy') return { ...stopIfWanted(input), move: unknown(allocation) };
  return { ...stopIfWanted(input), move: returning(input) ?? givenUp(input) };
}

/** "A node that does not get on": how, without a word of ours to the contrary, its task would wait for ever. */
const overdue = (input: AllocationPlanInput): 'stop' | 'end' | null => {
  const { allocation, startWithinMs } = input;
  const { phase, desired } = allocation;
  return overdueOf(
    { phase, hasRun: hasRun(allocation), stopping: desired === 'Stopped', idleMs: heardMs(input) },
    { startWithinMs, stopWithinMs: stopWithinMs(allocation, timesOf(input)) },
  );
};

/** A node that came back is heard since then; what it does not tell of stays Unknown. */
const heardMs = ({ allocation, node, idleMs }: AllocationPlanInput): number =>
  allocation.phase === 'Unknown' ? Math.min(idleMs, node?.phaseForMs ?? 0) : idleMs;

const timesOf = ({ spec: { graceMs }, startWithinMs, lostAfterMs }: AllocationPlanInput) => ({ graceMs, startWithinMs, lostAfterMs });

/** Its node was told to stop it, and does not say that it has. What it may still say or run is of an epoch that has passed. */
function givenUp(input: AllocationPlanInput): AllocationPlan['move'] {
  const { allocation, task, runOpen, startWithinMs } = input;
  if (overdue(input) !== 'end' || !endsUnsaid(allocation, task.desired === 'Running' && runOpen)) return null;
  if (neverBegan(allocation)) {
    const error = overdueError(allocation, { startWithinMs });
    return { to: 'Failed', reason: error.message, error };
  }
  const error = stopError(allocation, timesOf(input));
  return { to: 'Lost', reason: error.message, error };
}

const unknown = ({ phase }: TimedAllocation): AllocationPlan['move'] =>
  phase === 'Unknown' || phase === 'Pending' ? null : { to: 'Unknown', reason: 'its node misses heartbeats' };

const end = (to: 'Lost', reason: string): AllocationPlan => ({ move: { to, reason }, stop: null });

const stop = ({ allocation }: AllocationPlanInput, reason: StopReason): AllocationPlan => ({
  move: null,
  stop: allocation.desired === 'Stopped' ? null : reason,
});

function stopIfWanted(input: AllocationPlanInput): AllocationPlan {
  const { allocation, task, spec, node, runOpen } = input;
  if (task.desired === 'Stopped' || !runOpen) return stop(input, 'buyer');
  if (spec.timeoutMs !== undefined && (allocation.runningMs ?? 0) > spec.timeoutMs) return stop(input, 'timeout');
  if (node?.phase === 'Draining') return stop(input, 'evicted');
  return node?.phase === 'Healthy' && overdue(input) === 'stop' ? stop(input, 'overdue') : KEEP;
}

/** "Returning inside the grace period re-adopts its running containers": the heartbeat says what became of it. */
function returning({ allocation, node }: AllocationPlanInput): AllocationPlan['move'] {
  const observed = node?.observed ?? null;
  if (allocation.phase !== 'Unknown' || observed === null || observed === 'Unknown') return null;
  return canMove(ALLOCATION_TRANSITIONS, 'Unknown', observed) ? { to: observed, reason: 'its node answers again' } : null;
}
