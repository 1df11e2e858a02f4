import { assignGpus } from '@muster/domain/gpu-assignment';
import { err, ok, type Result } from '@muster/protocol/errors/result';
import { demandOf, type Demand } from '@muster/protocol/task-spec/defaults';
import { formatBytes } from '@muster/protocol/units/bytes';
import type { AllocationRecord } from '../reconcile/desired.ts';
import type { Capacity } from './capacity.ts';

/** What live allocations have been promised. */
export interface Promised {
  cpu: number;
  memoryBytes: number;
  diskBytes: number;
  allocations: number;
  /** UUIDs. */
  gpus: string[];
}

export type Shortage = { code: 'RESOURCES_EXHAUSTED'; message: string };

/** A record holds what it was promised until its outcome is written; nothing else is counted, so the books survive whatever the records do. */
const holds = ({ outcome }: AllocationRecord): boolean => outcome === null;

/** The books: a function of the records alone. */
export function promisedBy(records: readonly AllocationRecord[]): Promised {
  const promised: Promised = { cpu: 0, memoryBytes: 0, diskBytes: 0, allocations: 0, gpus: [] };
  for (const record of records.filter(holds)) {
    const { cpu, memoryBytes, diskBytes } = demandOf(record.spec);
    promised.cpu += cpu;
    promised.memoryBytes += memoryBytes;
    promised.diskBytes += diskBytes;
    promised.allocations += 1;
    promised.gpus.push(...record.gpus);
  }
  return promised;
}

export interface Request {
  capacity: Capacity;
  maxAllocations: number;
  /** Without those that the new allocation replaces. */
  records: readonly AllocationRecord[];
  demand: Demand;
  /** UUIDs of those that cannot be used for now, whoever holds them; they are not in the capacity. */
  lost?: ReadonlySet<string>;
}

/** Fractions of a core do not add up exactly. */
const EPSILON = 1e-9;

/** What the allocation gets, or what is short. Pure. */
export function admit({ capacity, maxAllocations, records, demand, lost = new Set() }: Request): Result<{ gpus: string[] }, Shortage> {
  const promised = promisedBy(records);
  if (promised.allocations >= maxAllocations)
    return short(`The node runs ${promised.allocations} allocations, and takes ${maxAllocations} at most`);
  if (promised.cpu + demand.cpu > capacity.cpu + EPSILON)
    return short(`${round(capacity.cpu - promised.cpu)} of ${round(capacity.cpu)} cpu are left, ${demand.cpu} are asked for`);
  for (const [key, name] of [
    ['memoryBytes', 'memory'],
    ['diskBytes', 'disk'],
  ] as const) {
    if (promised[key] + demand[key] > capacity[key])
      return short(`${size(capacity[key] - promised[key])} of ${size(capacity[key])} ${name} are left, ${size(demand[key])} are asked for`);
  }
  if (demand.gpu === null) return ok({ gpus: [] });
  const { count } = demand.gpu;
  const free = capacity.gpus.filter(({ uuid }) => !promised.gpus.includes(uuid));
  // The owner may have lowered the number while more are held.
  const held = promised.gpus.filter((uuid) => !lost.has(uuid)).length;
  const granted = held + count > capacity.gpus.length ? null : assignGpus(free, demand.gpu);
  if (granted === null) return short(`${free.length} of ${capacity.gpus.length} GPUs are left; ${count} that fit are asked for`);
  return ok({ gpus: granted.map(({ uuid }) => uuid) });
}

const short = (message: string): Result<never, Shortage> => err({ code: 'RESOURCES_EXHAUSTED', message });
const round = (value: number): number => Math.round(Math.max(0, value) * 100) / 100;
const size = (bytes: number): string => formatBytes(Math.round(Math.max(0, bytes) / 1e6) * 1e6);
