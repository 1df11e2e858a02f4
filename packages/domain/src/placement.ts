import type { NodePhase } from './node-lifecycle.ts';

/** Processor cores (fractions allowed) and bytes. */
export interface Resources {
  cpu: number;
  memoryBytes: number;
  diskBytes: number;
}

export interface PlacementTask {
  /** How many, or one on every healthy node. */
  replicas: number | 'all';
  demand: Resources;
}

export interface PlacementNode {
  node: string;
  phase: NodePhase;
  capacity: Resources;
  /** What live allocations of every task have been promised there. */
  used: Resources;
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

export type UnplacedReason = 'NO_HEALTHY_NODE' | 'NO_NODE_BIG_ENOUGH' | 'NODES_BUSY';

export interface Placement {
  assignments: Assignment[];
  unplaced: { replica: number; reason: UnplacedReason }[];
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
  const candidates = nodes.filter((node) => node.phase === 'Healthy').map(openCandidate(live));
  return task.replicas === 'all' ? placeOnAll(task, candidates, live, skip) : placeReplicas(task, task.replicas, candidates, live, skip);
}

interface Candidate {
  node: string;
  capacity: Resources;
  free: Resources;
  /** Live replicas of this task there. */
  mine: number;
}

const openCandidate =
  (live: readonly PlacedReplica[]) =>
  ({ node, capacity, used }: PlacementNode): Candidate => ({
    node,
    capacity,
    free: {
      cpu: capacity.cpu - used.cpu,
      memoryBytes: capacity.memoryBytes - used.memoryBytes,
      diskBytes: capacity.diskBytes - used.diskBytes,
    },
    mine: live.filter((replica) => replica.node === node).length,
  });

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
    const best = candidates.filter((candidate) => fits(task.demand, candidate.free)).toSorted(byPreference)[0];
    if (!best) {
      placement.unplaced.push({ replica, reason: whyNot(task.demand, candidates) });
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
    if (fits(task.demand, candidate.free)) placement.assignments.push({ replica, node: candidate.node });
    else placement.unplaced.push({ replica, reason: whyNot(task.demand, [candidate]) });
  }
  return placement;
}

const fits = (demand: Resources, free: Resources): boolean =>
  demand.cpu <= free.cpu && demand.memoryBytes <= free.memoryBytes && demand.diskBytes <= free.diskBytes;

function whyNot(demand: Resources, candidates: readonly Candidate[]): UnplacedReason {
  if (candidates.length === 0) return 'NO_HEALTHY_NODE';
  return candidates.some((candidate) => fits(demand, candidate.capacity)) ? 'NODES_BUSY' : 'NO_NODE_BIG_ENOUGH';
}

function take(candidate: Candidate, demand: Resources): void {
  candidate.free = {
    cpu: candidate.free.cpu - demand.cpu,
    memoryBytes: candidate.free.memoryBytes - demand.memoryBytes,
    diskBytes: candidate.free.diskBytes - demand.diskBytes,
  };
  candidate.mine += 1;
}

const byName = (a: Candidate, b: Candidate): number => (a.node < b.node ? -1 : a.node > b.node ? 1 : 0);

/** Spread first, then the emptiest; the name settles ties, so that every copy of the master decides alike. */
const byPreference = (a: Candidate, b: Candidate): number =>
  a.mine - b.mine || b.free.memoryBytes - a.free.memoryBytes || b.free.cpu - a.free.cpu || byName(a, b);
