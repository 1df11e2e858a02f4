import type { TimedAllocation } from '@muster/db/repositories/allocations';
import type { TaskRow } from '@muster/db/rows';
import { isTerminalAllocationPhase } from '@muster/domain/allocation-lifecycle';
import { place, type Assignment, type PlacementNode, type UnplacedReason } from '@muster/domain/placement';
import { taskPhase, type ReplicaState, type TaskPhase } from '@muster/domain/task-phase';
import type { TaskSpec } from '@muster/protocol/task-spec/task-spec';
import { demandOf } from './demand.ts';
import { retryInMs } from './replicas.ts';

export type TaskPlanInput = {
  task: Pick<TaskRow, 'desired' | 'phase'>;
  spec: TaskSpec;
  /** The newest allocation of each replica, after this turn's changes to them. */
  replicas: readonly TimedAllocation[];
  nodes: readonly PlacementNode[];
  runOpen: boolean;
};

export type TaskPlan = { starts: Assignment[]; phase: TaskPhase; reason: string | null };

const WHY: Readonly<Record<UnplacedReason, string>> = {
  NO_HEALTHY_NODE: 'no node of the run is healthy',
  NO_NODE_BIG_ENOUGH: 'no node of the run is big enough',
  NODES_BUSY: 'the nodes that are big enough are busy',
};

/** Where a task's missing replicas go now, and the phase that the task is in. Pure: rows in, decisions out. */
export function planTask(input: TaskPlanInput): TaskPlan {
  const { task, spec, replicas, runOpen } = input;
  const wantsMore = task.desired === 'Running' && runOpen;
  const live = replicas.filter(({ phase }) => !isTerminalAllocationPhase(phase));
  const ended = replicas.filter(({ phase }) => isTerminalAllocationPhase(phase));
  const retries = new Map(ended.map((allocation) => [allocation.replica, wantsMore ? retryInMs(allocation, spec) : null]));
  const retriesNow = ({ replica }: TimedAllocation): boolean => (retries.get(replica) ?? Number.POSITIVE_INFINITY) <= 0;

  const held = ended.filter((allocation) => !retriesNow(allocation));
  const { assignments, unplaced } = wantsMore ? placeMissing({ input, live, held }) : { assignments: [], unplaced: [] };
  const starting = new Set(assignments.map(({ replica }) => replica));
  const states: ReplicaState[] = [
    ...replicas
      .filter(({ replica }) => !starting.has(replica))
      .map(({ replica, phase }) => ({ phase, retrying: (retries.get(replica) ?? null) !== null })),
    ...assignments.map((): ReplicaState => ({ phase: 'Placed', retrying: false })),
  ];
  const wanted = spec.replicas === 'all' ? Math.max(1, states.length) : spec.replicas;
  const phase = taskPhase({ current: task.phase, desired: wantsMore ? 'Running' : 'Stopped', wanted, replicas: states });
  const [first] = unplaced;
  return { starts: assignments, phase, reason: first ? WHY[first.reason] : null };
}

/** `held`: ended replicas that wait for their next try, or have none. */
function placeMissing({ input, live, held }: { input: TaskPlanInput; live: readonly TimedAllocation[]; held: readonly TimedAllocation[] }) {
  const { spec, nodes } = input;
  // One on every node means once: a node whose replica is held is not to be given another.
  const taken = new Set<string>(spec.replicas === 'all' ? held.map(({ node }) => node) : []);
  return place({
    task: { replicas: spec.replicas, demand: demandOf(spec) },
    nodes: nodes.filter(({ node }) => !taken.has(node)),
    live: live.map(({ replica, node }) => ({ replica, node })),
    skip: new Set(held.map(({ replica }) => replica)),
  });
}
