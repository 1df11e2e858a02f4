const MiB = 1024 * 1024;

/** A slice of a divided GPU (MIG). */
export interface MigSlice {
  parent: string;
  /** Among its parent's. */
  index: number;
  uuid: string;
  /** Such as 1g.10gb: compute slices and memory. The first drivers that knew slices did not say. */
  profile: string | null;
}

/**
 * What `nvidia-smi -L` lists below the GPUs: `MIG 1g.10gb  Device  0: (UUID: MIG-c6d4f1ef-…)`. Drivers before 470 name slices by their
 * parent: `MIG-GPU-b0b9d0c0-…/1/0`.
 */
export function parseSlices(list: string): MigSlice[] {
  const slices: MigSlice[] = [];
  let parent: string | null = null;
  for (const line of list.split('\n')) {
    parent = /^GPU \d+: .*\(UUID:\s+((?:GPU-)?[0-9a-f-]{36})\)\s*$/i.exec(line)?.[1] ?? parent;
    const [, profile, index, uuid] = /^\s+MIG\s+(?:(\S+)\s+)?Device\s+(\d+):\s+\(UUID:\s+(MIG-[0-9a-z/-]+)\)\s*$/i.exec(line) ?? [];
    if (index !== undefined && uuid !== undefined && parent !== null)
      slices.push({ parent, index: Number(index), uuid, profile: profile ?? null });
  }
  return slices;
}

export interface SliceMemory {
  parent: string;
  index: number;
  totalBytes: number | null;
  usedBytes: number | null;
}

/** What `nvidia-smi -q` says of the memory of each slice; a slice has no line in the query's CSV. */
export function parseSliceMemory(report: string): SliceMemory[] {
  // One part for each GPU: it names its slices first, and itself after.
  return report.split(/^GPU [0-9A-F]{4,8}:.*$/im).flatMap((part): SliceMemory[] => {
    const parent = /^ {4}GPU UUID\s+: (\S+)\s*$/m.exec(part)?.[1];
    if (parent === undefined) return [];
    return [...part.matchAll(/^ {4}MIG Device\s*\n((?: {8}.*\n?)+)/gm)].flatMap(([, block = '']): SliceMemory[] => {
      const index = /^ {8}Index\s+: (\d+)\s*$/m.exec(block)?.[1];
      // Called shared since 590: the compute slices of one memory slice share it.
      const memory = /^ {8}(?:Shared )?FB Memory Usage\s*\n((?: {12}.*\n?)+)/m.exec(block)?.[1] ?? '';
      return index === undefined
        ? []
        : [{ parent, index: Number(index), totalBytes: bytesIn(memory, 'Total'), usedBytes: bytesIn(memory, 'Used') }];
    });
  });
}

function bytesIn(section: string, name: 'Total' | 'Used'): number | null {
  const amount = new RegExp(`^ {12}${name}\\s+: (\\d+) MiB\\s*$`, 'm').exec(section)?.[1];
  return amount === undefined ? null : Number(amount) * MiB;
}
