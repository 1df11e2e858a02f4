import type { Gpu } from '@muster/protocol/capabilities';
import type { GpuUsage } from '@muster/protocol/messages/frames';
import type { GpuTrouble } from '../../../ports/host.ts';
import type { GpuRow } from './rows.ts';
import type { MigSlice, SliceMemory } from './slices.ts';
import { fixOfFault } from './troubles.ts';

export interface GpuFacts {
  rows: readonly GpuRow[];
  slices: readonly MigSlice[];
  memory: readonly SliceMemory[];
}

/** What can be given to a container: whole GPUs, and the slices of divided ones in their place. */
export function grantableGpus({ rows, slices, memory }: GpuFacts): Gpu[] {
  return rows.flatMap((row): Gpu[] => {
    if (troubleOf(row, slices) !== null) return [];
    const own = slices.filter(({ parent }) => parent === row.uuid);
    if (own.length === 0) return [{ uuid: row.uuid, model: row.model, memoryBytes: row.memoryBytes ?? 0 }];
    return own.map((slice) => ({
      uuid: slice.uuid,
      model: [row.model, 'MIG', ...(slice.profile === null ? [] : [slice.profile])].join(' ').slice(0, 200),
      memoryBytes: memoryOf(slice, memory)?.totalBytes ?? profileBytes(slice.profile),
    }));
  });
}

/** What the driver lists, and no container can have. */
export const troubledGpus = ({ rows, slices }: Pick<GpuFacts, 'rows' | 'slices'>): GpuTrouble[] =>
  rows.flatMap((row) => troubleOf(row, slices) ?? []);

function troubleOf(row: GpuRow, slices: readonly MigSlice[]): GpuTrouble | null {
  const { uuid, address, model, fault, isDivided } = row;
  if (fault !== null) return { uuid, address, model, problem: fault, fix: fixOfFault(fault, uuid) };
  // The container toolkit gives these out all or none, and never by UUID.
  if (!uuid.startsWith('GPU-'))
    return { uuid, address, model, problem: "a Jetson's own GPU, which shares the machine's memory", fix: 'Nothing is to be done.' };
  return isDivided && slices.every(({ parent }) => parent !== uuid)
    ? {
        uuid,
        address,
        model,
        problem: 'divided (MIG), and no slice is made',
        fix: 'Make slices (nvidia-smi mig -cgi … -C), or end the division: nvidia-smi -mig 0.',
      }
    : null;
}

const memoryOf = ({ parent, index }: MigSlice, memory: readonly SliceMemory[]): SliceMemory | undefined =>
  memory.find((one) => one.parent === parent && one.index === index);

/** A profile's name rounds, and not always down: only for a driver that says no more. */
function profileBytes(profile: string | null): number {
  const gigabytes = /(\d+)gb/.exec(profile ?? '')?.[1];
  return gigabytes === undefined ? 0 : Number(gigabytes) * 1e9;
}

/** How busy each is; of a slice the driver tells its memory alone. */
export function usageOf({ rows, slices, memory }: GpuFacts): GpuUsage[] {
  const whole = rows.map(({ uuid, utilisation, memoryUsedBytes, celsius, fault }) => ({
    uuid,
    ...(utilisation === null ? {} : { utilisation }),
    ...(memoryUsedBytes === null ? {} : { memoryBytes: memoryUsedBytes }),
    ...(celsius === null ? {} : { celsius }),
    ...(fault === null ? {} : { problem: fault }),
  }));
  const divided = slices.map((slice) => {
    const usedBytes = memoryOf(slice, memory)?.usedBytes ?? null;
    return { uuid: slice.uuid, ...(usedBytes === null ? {} : { memoryBytes: usedBytes }) };
  });
  return [...whole, ...divided].slice(0, 64);
}
