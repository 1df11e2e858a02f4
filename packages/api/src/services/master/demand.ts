import type { TimedAllocation } from '@muster/db/repositories/allocations';
import type { NodeOverview } from '@muster/db/repositories/nodes';
import { assignGpus } from '@muster/domain/gpu-assignment';
import type { Promised } from '@muster/domain/placement';
import { capabilitiesSchema, type Gpu } from '@muster/protocol/capabilities';
import type { Offer } from '@muster/protocol/offer';
import type { Demand } from '@muster/protocol/task-spec/defaults';
import { beatOf } from '../session/beat-of.ts';

export const NOTHING: Promised = { cpu: 0, memoryBytes: 0, diskBytes: 0, allocations: 0, gpus: [] };

/** `gpus`: those that could be meant. What the node has told is exact; until it has, the master foresees what it will decide. */
export function withDemand(
  promised: Promised,
  demand: Demand,
  { gpus, told }: { gpus: readonly Gpu[]; told?: readonly string[] },
): Promised {
  const free = gpus.filter(({ uuid }) => !promised.gpus.includes(uuid));
  const granted = told ?? (demand.gpu === null ? [] : (assignGpus(free, demand.gpu) ?? []).map(({ uuid }) => uuid));
  return {
    cpu: promised.cpu + demand.cpu,
    memoryBytes: promised.memoryBytes + demand.memoryBytes,
    diskBytes: promised.diskBytes + demand.diskBytes,
    allocations: promised.allocations + 1,
    gpus: [...promised.gpus, ...granted],
  };
}

/** What a node is bound to by its live allocations. Those of which it has told which GPUs they hold come first: they are facts. */
export function promisedOn(
  node: NodeOverview,
  allocations: readonly Pick<TimedAllocation, 'allocationId' | 'epoch' | 'taskId'>[],
  demands: ReadonlyMap<string, Demand>,
): Promised {
  const { capacity } = offerOf(node);
  const told = new Map(beatOf(node)?.allocations.map(({ allocationId, epoch, gpus }) => [`${allocationId}/${epoch}`, gpus]));
  const toldOf = ({ allocationId, epoch }: { allocationId: string; epoch: number }) => told.get(`${allocationId}/${epoch}`);
  const sorted = allocations.toSorted((a, b) => Number(toldOf(a) === undefined) - Number(toldOf(b) === undefined));
  return sorted.reduce((sum, allocation) => {
    const demand = demands.get(allocation.taskId);
    const gpus = toldOf(allocation);
    return demand === undefined ? sum : withDemand(sum, demand, { gpus: capacity.gpus, ...(gpus === undefined ? {} : { told: gpus }) });
  }, NOTHING);
}

/** What the node would take, in its own words; as long as it has none, what it registered. */
export function offerOf(node: NodeOverview): Offer {
  return beatOf(node)?.offer ?? offerOfDocument(node.state?.capabilities);
}

function offerOfDocument(document: unknown): Offer {
  const parsed = capabilitiesSchema.safeParse(document);
  const capacity = parsed.success
    ? { cpu: parsed.data.cpu.threads, memoryBytes: parsed.data.memoryBytes, diskBytes: parsed.data.diskBytes, gpus: parsed.data.gpus }
    : { cpu: 0, memoryBytes: 0, diskBytes: 0, gpus: [] };
  return {
    capacity,
    perAllocation: {},
    // What every agent could do before there were offers.
    features: { gpu: false, egress: true, root: false, ports: false },
    maxAllocations: Number.MAX_SAFE_INTEGER,
    accepting: true,
  };
}
