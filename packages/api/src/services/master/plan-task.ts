import type { TimedAllocation } from '@muster/db/repositories/allocations';
import type { Refusals } from '@muster/db/repositories/refusals';
import type { TaskRow } from '@muster/db/rows';
import { isTerminalAllocationPhase } from '@muster/domain/allocation-lifecycle';
import { place, type Assignment, type Placement, type PlacementNode } from '@muster/domain/placement';
import { taskPhase, type ReplicaState, type TaskPhase } from '@muster/domain/task-phase';
import { featuresNeededBy, type Feature } from '@muster/protocol/offer';
import { demandOf } from '@muster/protocol/task-spec/defaults';
import type { TaskSpec } from '@muster/protocol/task-spec/task-spec';
import { refusedEpochs } from './refusals.ts';
import { retryInMs } from './replicas.ts';

export type TaskPlanInput = {
  task: Pick<TaskRow, 'desired' | 'phase' | 'imageDigest'>;
  spec: TaskSpec;
  /** The newest allocation of each replica, after this turn's changes to them. */
  replicas: readonly TimedAllocation[];
  nodes: readonly PlacementNode[];
  /** The nodes that the owner has sealed registry credentials to; null for a task that needs none. */
  holders: ReadonlySet<string> | null;
  /** Of this task, by whichever node. */
  refusals: readonly Refusals[];
  runOpen: boolean;
};

export type TaskPlan = { starts: Assignment[]; phase: TaskPhase; reason: string | null };

const FEATURE_WORDS: Readonly<Record<Feature, string>> = {
  gpu: 'GPUs to containers',
  egress: 'egress (network: egress)',
  root: 'to run containers as root',
  ports: 'published ports',
};

function inWords(why: Placement['unplaced'][number]): string {
  switch (why.reason) {
    case 'NO_HEALTHY_NODE':
      return 'no node of the run is healthy';
    case 'NO_NODE_OFFERS':
      return `no node offers ${FEATURE_WORDS[why.feature]}`;
    case 'NO_NODE_HAS_GPU':
      return 'no node of the run has the GPUs that it asks for';
    case 'NO_NODE_BIG_ENOUGH':
      return 'no node of the run is big enough';
    case 'NODES_NOT_ACCEPTING':
      return `no node that could take it takes new work now: ${why.detail}`;
    case 'NODES_REFUSE':
      return `every node that could take it refuses it: ${why.detail}`;
    case 'NODES_BUSY':
      return 'the nodes that are big enough are busy';
  }
}

/** A node that could take it but for the credentials is one that the owner can do something about. */
function withCredentials(reason: string, { holders, nodes }: TaskPlanInput): string {
  const others = nodes.filter(({ node, phase }) => phase === 'Healthy' && holders?.has(node) === false).length;
  return others === 0 ? reason : `${others} healthy ${others === 1 ? 'node lacks' : 'nodes lack'} its registry credentials`;
}

/** Where a task's missing replicas go now, and the phase that the task is in. Pure: rows in, decisions out. */
export function planTask(input: TaskPlanInput): TaskPlan {
  const { task, spec, replicas, refusals, runOpen } = input;
  const wantsMore = task.desired === 'Running' && runOpen;
  const live = replicas.filter(({ phase }) => !isTerminalAllocationPhase(phase));
  const ended = replicas.filter(({ phase }) => isTerminalAllocationPhase(phase));
  const retries = new Map(
    ended.map((allocation) => [
      allocation.replica,
      wantsMore ? retryInMs(allocation, spec, refusedEpochs(refusals, allocation.replica)) : null,
    ]),
  );
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
  const reason = first ? withCredentials(inWords(first), input) : differ(live, task.imageDigest) ? IMAGES_DIFFER : null;
  return { starts: assignments, phase, reason };
}

/** Nodes tell what they run; which of them tells the truth, nobody here can know. */
const differ = (live: readonly TimedAllocation[], pin: string | null): boolean =>
  pin !== null && live.some(({ imageDigest }) => imageDigest !== null && imageDigest !== pin);
const IMAGES_DIFFER = 'its nodes report different images under that name; a task that names a digest (image@sha256:…) runs that one alone';

/** `held`: ended replicas that wait for their next try, or have none. */
function placeMissing({ input, live, held }: { input: TaskPlanInput; live: readonly TimedAllocation[]; held: readonly TimedAllocation[] }) {
  const { spec, holders, nodes } = input;
  // One on every node means once: a node whose replica is held is not to be given another.
  const taken = new Set<string>(spec.replicas === 'all' ? held.map(({ node }) => node) : []);
  return place({
    task: { replicas: spec.replicas, demand: demandOf(spec), needs: featuresNeededBy(spec) },
    nodes: nodes.filter(({ node }) => !taken.has(node) && holders?.has(node) !== false),
    live: live.map(({ replica, node }) => ({ replica, node })),
    skip: new Set(held.map(({ replica }) => replica)),
  });
}
