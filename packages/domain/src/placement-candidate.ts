import type { Gpu } from '@muster/protocol/capabilities';
import type { Feature, Offer } from '@muster/protocol/offer';
import type { Demand } from '@muster/protocol/task-spec/defaults';
import { assignGpus } from './gpu-assignment.ts';
import type { PlacementNode, PlacementTask, Resources } from './placement.ts';

/** A node while replicas are being given out. */
export interface Candidate {
  node: string;
  offer: Offer;
  free: Resources & { gpus: readonly Gpu[]; slots: number };
  /** Live replicas of this task there. */
  mine: number;
  refuses: string | null;
}

export const openCandidate = ({ node, offer, used, refuses }: PlacementNode, mine: number): Candidate => ({
  node,
  offer,
  free: {
    cpu: offer.capacity.cpu - used.cpu,
    memoryBytes: offer.capacity.memoryBytes - used.memoryBytes,
    diskBytes: offer.capacity.diskBytes - used.diskBytes,
    gpus: offer.capacity.gpus.filter(({ uuid }) => !used.gpus.includes(uuid)),
    slots: offer.maxAllocations - used.allocations,
  },
  mine,
  refuses,
});

/** Whether the node takes one more replica of the task now. */
export const takes = (candidate: Candidate, task: PlacementTask): boolean =>
  candidate.offer.accepting &&
  candidate.refuses === null &&
  offersAll(candidate, task.needs) &&
  isBigEnough(candidate, task.demand) &&
  hasRoom(candidate, task.demand);

const offersAll = ({ offer }: Candidate, needs: readonly Feature[]): boolean => needs.every((feature) => offer.features[feature]);

/** If nothing ran there. */
export const isBigEnough = ({ offer: { capacity, perAllocation } }: Candidate, demand: Demand): boolean =>
  isWithin(demand, capacity) &&
  isWithin(demand, perAllocation) &&
  (demand.gpu?.count ?? 0) <= (perAllocation.gpus ?? Number.POSITIVE_INFINITY) &&
  hasGpus(capacity.gpus, demand);

export const hasGpus = (gpus: readonly Gpu[], { gpu }: Demand): boolean => gpu === null || assignGpus(gpus, gpu) !== null;

/** A bound that is left out is none. */
const isWithin = (demand: Resources, { cpu, memoryBytes, diskBytes }: Omit<Offer['perAllocation'], 'gpus'>): boolean =>
  demand.cpu <= (cpu ?? Number.POSITIVE_INFINITY) &&
  demand.memoryBytes <= (memoryBytes ?? Number.POSITIVE_INFINITY) &&
  demand.diskBytes <= (diskBytes ?? Number.POSITIVE_INFINITY);

const hasRoom = ({ free }: Candidate, demand: Demand): boolean => free.slots >= 1 && isWithin(demand, free) && hasGpus(free.gpus, demand);

/** The node's room after it has taken one. */
export function take(candidate: Candidate, { cpu, memoryBytes, diskBytes, gpu }: Demand): void {
  const { free } = candidate;
  const granted = gpu === null ? [] : (assignGpus(free.gpus, gpu) ?? []);
  candidate.free = {
    cpu: free.cpu - cpu,
    memoryBytes: free.memoryBytes - memoryBytes,
    diskBytes: free.diskBytes - diskBytes,
    gpus: free.gpus.filter((candidateGpu) => !granted.includes(candidateGpu)),
    slots: free.slots - 1,
  };
  candidate.mine += 1;
}
