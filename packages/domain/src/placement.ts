import type { Feature, Offer } from '@muster/protocol/offer';
import type { Demand } from '@muster/protocol/task-spec/defaults';
import type { NodePhase } from './node-lifecycle.ts';
import { openCandidate, take, takes, type Candidate } from './placement-candidate.ts';
import { whyUnplaced, type WhyUnplaced } from './why-unplaced.ts';

/** Processor cores (fractions allowed) and bytes. */
export interface Resources {
  cpu: number;
  memoryBytes: number;
  diskBytes: number;
}

/** What live allocations of every task have been promised on a node. */
export interface Promised extends Resources {
  allocations: number;
  /** UUIDs. */
  gpus: readonly string[];
}

export interface PlacementTask {
  /** How many, or one on every healthy node. */
  replicas: number | 'all';
  demand: Demand;
  /** What it cannot do without. */
  needs: readonly Feature[];
}

export interface PlacementNode {
  node: string;
  phase: NodePhase;
  offer: Offer;
  used: Promised;
  /** It has refused this task lately, in these words; null when it has not. */
  refuses: string | null;
}

/** A live allocation of the task being placed. */
export interface PlacedReplica {
  replica: number;
  node: string;
}

export interface Assignment {
  replica: number;
  node: string;
}

export interface Placement {
  assignments: Assignment[];
  unplaced: ({ replica: number } & WhyUnplaced)[];
}

/** Replicas that wait (a restart's backoff, or ended for good) are named in `skip` and are not placed now. */
export interface PlacementInput {
  task: PlacementTask;
  nodes: readonly PlacementNode[];
  live: readonly PlacedReplica[];
  skip?: ReadonlySet<number>;
}

/** Nodes already in use by `all` tasks' ended replicas are the caller's to leave out. */
export function place({ task, nodes, live, skip = new Set() }: PlacementInput): Placement {
  const candidates = nodes
    .filter((node) => node.phase === 'Healthy')
    .map((node) => openCandidate(node, live.filter((replica) => replica.node === node.node).length));
  return task.replicas === 'all' ? placeOnAll(task, candidates, live, skip) : placeReplicas(task, task.replicas, candidates, live, skip);
}

function placeReplicas(
  task: PlacementTask,
  wanted: number,
  candidates: Candidate[],
  live: readonly PlacedReplica[],
  skip: ReadonlySet<number>,
): Placement {
  const placement: Placement = { assignments: [], unplaced: [] };
  const taken = new Set(live.map((replica) => replica.replica));
  for (let replica = 0; replica < wanted; replica += 1) {
    if (taken.has(replica) || skip.has(replica)) continue;
    const best = candidates.filter((candidate) => takes(candidate, task)).toSorted(byPreference(task))[0];
    if (!best) {
      placement.unplaced.push({ replica, ...whyUnplaced(task, candidates) });
      continue;
    }
    take(best, task.demand);
    placement.assignments.push({ replica, node: best.node });
  }
  return placement;
}

function placeOnAll(task: PlacementTask, candidates: Candidate[], live: readonly PlacedReplica[], skip: ReadonlySet<number>): Placement {
  const placement: Placement = { assignments: [], unplaced: [] };
  const taken = new Set([...live.map((replica) => replica.replica), ...skip]);
  let replica = 0;
  for (const candidate of candidates.filter(({ mine }) => mine === 0).toSorted(byName)) {
    while (taken.has(replica)) replica += 1;
    taken.add(replica);
    if (takes(candidate, task)) placement.assignments.push({ replica, node: candidate.node });
    else placement.unplaced.push({ replica, ...whyUnplaced(task, [candidate]) });
  }
  return placement;
}

const byName = (a: Candidate, b: Candidate): number => (a.node < b.node ? -1 : a.node > b.node ? 1 : 0);

/**
 * Spread first; then GPUs are left to those who need them; then the emptiest. The name settles ties, so that every copy of the master
 * decides alike.
 */
const byPreference =
  ({ demand }: PlacementTask) =>
  (a: Candidate, b: Candidate): number =>
    a.mine - b.mine ||
    (demand.gpu === null ? a.free.gpus.length - b.free.gpus.length : 0) ||
    b.free.memoryBytes - a.free.memoryBytes ||
    b.free.cpu - a.free.cpu ||
    byName(a, b);
