import type { CapabilityDocument, Gpu } from '@muster/protocol/capabilities';
import type { Offer } from '@muster/protocol/offer';
import type { Bounds, Policy } from '../policy/policy.ts';

/** What the machine has, as far as it is not used otherwise. */
export interface Machine {
  /** Hardware threads. */
  cpu: number;
  memoryBytes: number;
  /** For containers, where the engine keeps its data: what is free, with what live ones have written (promisable-disk.ts). */
  diskBytes: number;
  /** At which containers are stopped for the disk's sake: never promised either. */
  diskReserveBytes: number;
  gpus: readonly Gpu[];
}

export const machineOf = (
  { cpu, memoryBytes, gpus }: CapabilityDocument,
  { diskBytes, diskReserveBytes }: Pick<Machine, 'diskBytes' | 'diskReserveBytes'>,
): Machine => ({
  cpu: cpu.threads,
  memoryBytes,
  diskBytes,
  diskReserveBytes,
  gpus,
});

export type Capacity = Offer['capacity'];

const MiB = 1024 * 1024;
/** Where the owner does not say how much memory to keep: so much, but never more than an eighth of a small machine. */
const DEFAULT_MEMORY_RESERVE = 512 * MiB;

/** What may be promised in all: the machine, less the owner's reserve, within the owner's bounds. Pure. */
export function capacityOf(
  { cpu, memoryBytes, diskBytes, diskReserveBytes, gpus }: Machine,
  { reserve, limits: { all } }: Pick<Policy, 'reserve' | 'limits'>,
): Capacity {
  return {
    cpu: within(cpu - (reserve.cpu ?? 0), all.cpu),
    memoryBytes: within(memoryBytes - (reserve.memoryBytes ?? modest(DEFAULT_MEMORY_RESERVE, memoryBytes)), all.memoryBytes),
    // Down to `diskReserveBytes` containers are stopped, whatever the policy keeps.
    diskBytes: within(diskBytes - Math.max(reserve.diskBytes ?? 0, diskReserveBytes), all.diskBytes),
    gpus: largest(gpus, all),
  };
}

const modest = (bytes: number, of: number): number => Math.min(bytes, Math.floor(of / 8));
const within = (value: number, most: number | undefined): number => Math.max(0, Math.min(value, most ?? value));

const largest = (gpus: readonly Gpu[], { gpus: most = gpus.length }: Bounds): Gpu[] =>
  gpus.toSorted((a, b) => b.memoryBytes - a.memoryBytes || (a.uuid < b.uuid ? -1 : 1)).slice(0, most);
