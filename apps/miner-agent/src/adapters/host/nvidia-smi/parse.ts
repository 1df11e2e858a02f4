import type { Gpu } from '@muster/protocol/capabilities';
import type { GpuUsage } from '@muster/protocol/messages/frames';

/** What is asked of every driver; memory in MiB, utilisation in percent. Fields that came with later drivers are asked apart. */
export const QUERY_FIELDS = [
  'uuid',
  'name',
  'driver_version',
  'memory.total',
  'memory.used',
  'utilization.gpu',
  'temperature.gpu',
] as const;

const MiB = 1024 * 1024;

export interface GpuRow {
  uuid: string;
  model: string;
  driver: string | null;
  /** Null where the driver does not tell: [N/A], [Not Supported], or a GPU that has fallen off the bus. */
  memoryBytes: number | null;
  memoryUsedBytes: number | null;
  /** 0 to 1. */
  utilisation: number | null;
  celsius: number | null;
}

/** Lines of `--format=csv,noheader,nounits` in the order of QUERY_FIELDS; whatever else is printed among them is none. */
export function parseGpuRows(output: string): GpuRow[] {
  return output.split('\n').flatMap((line): GpuRow[] => {
    const fields = line.split(',').map((field) => field.trim());
    const [uuid = '', model = '', driver, total, used, percent, celsius] = fields;
    if (!/^GPU-[0-9a-fA-F-]+$/.test(uuid)) return [];
    const share = numberOf(percent);
    return [
      {
        uuid,
        model: model.slice(0, 200),
        driver: driver !== undefined && /^[\d.]+$/.test(driver) ? driver : null,
        memoryBytes: mebibytes(total),
        memoryUsedBytes: mebibytes(used),
        utilisation: share === null ? null : Math.min(1, Math.max(0, share / 100)),
        celsius: numberOf(celsius),
      },
    ];
  });
}

function numberOf(field: string | undefined): number | null {
  return field !== undefined && /^-?\d+(\.\d+)?$/.test(field) ? Number(field) : null;
}

function mebibytes(field: string | undefined): number | null {
  const value = numberOf(field);
  return value === null || value < 0 ? null : Math.round(value * MiB);
}

export interface MigDevice {
  parent: string;
  uuid: string;
  /** Such as 1g.10gb: compute slices and memory. */
  profile: string;
}

/**
 * The slices that `nvidia-smi -L` lists below the GPUs: `MIG 1g.10gb  Device  0: (UUID: MIG-c6d4f1ef-…)`. Drivers before 470 name them
 * by their parent: `MIG-GPU-b0b9d0c0-…/1/0`.
 */
export function parseMigDevices(list: string): MigDevice[] {
  const devices: MigDevice[] = [];
  let parent: string | null = null;
  for (const line of list.split('\n')) {
    const gpu = /^GPU \d+: .*\(UUID: (GPU-[0-9a-fA-F-]+)\)\s*$/.exec(line);
    if (gpu?.[1]) parent = gpu[1];
    const mig = /^\s+MIG\s+(\S+)\s+Device\s+\d+:\s+\(UUID: (MIG-[0-9a-zA-Z/-]+)\)\s*$/.exec(line);
    if (mig?.[1] && mig[2] && parent !== null) devices.push({ parent, uuid: mig[2], profile: mig[1] });
  }
  return devices;
}

/** Lines of `uuid, mig.mode.current`: the GPUs that are divided, or ready to be. */
export const parseMigParents = (output: string): Set<string> =>
  new Set([...output.matchAll(/^(GPU-[0-9a-fA-F-]+), Enabled\s*$/gm)].map(([, uuid = '']) => uuid));

export interface GpuFacts {
  rows: readonly GpuRow[];
  slices: readonly MigDevice[];
  migParents: ReadonlySet<string>;
}

/** What can be given to a container: whole GPUs, and the slices of divided ones in their place. */
export function grantableGpus({ rows, slices, migParents }: GpuFacts): Gpu[] {
  return rows.flatMap((row): Gpu[] => {
    const own = slices.filter(({ parent }) => parent === row.uuid);
    if (own.length > 0)
      return own.map(({ uuid, profile }) => ({
        uuid,
        model: `${row.model} MIG ${profile}`.slice(0, 200),
        memoryBytes: sliceBytes(profile),
      }));
    // Divided, and no slice made: nothing can run on it.
    if (migParents.has(row.uuid)) return [];
    return [{ uuid: row.uuid, model: row.model, memoryBytes: row.memoryBytes ?? 0 }];
  });
}

/** A profile's name rounds up to GiB; as GB it promises no more than there is. */
function sliceBytes(profile: string): number {
  const gigabytes = /(\d+)gb/.exec(profile)?.[1];
  return gigabytes === undefined ? 0 : Number(gigabytes) * 1e9;
}

export const usageOfRows = (rows: readonly GpuRow[]): GpuUsage[] =>
  rows.map(({ uuid, utilisation, memoryUsedBytes, celsius }) => ({
    uuid,
    ...(utilisation === null ? {} : { utilisation }),
    ...(memoryUsedBytes === null ? {} : { memoryBytes: memoryUsedBytes }),
    ...(celsius === null ? {} : { celsius }),
  }));

/** Why nvidia-smi failed, and what to do; from its own words. */
export function explainFailure(output: string): { problem: string; fix: string } {
  const problem = (output.split('\n').find((line) => line.trim() !== '') ?? 'nvidia-smi failed without a word').trim().slice(0, 300);
  if (/version mismatch/i.test(output))
    return {
      problem,
      fix: 'The driver was updated while the old one is loaded: reboot, or unload the nvidia modules and load them again.',
    };
  if (/couldn't communicate|not running|driver not loaded/i.test(output))
    return { problem, fix: 'Load the driver (modprobe nvidia); if that fails, reinstall it for this kernel.' };
  if (/lost|fallen off/i.test(output)) return { problem, fix: 'A GPU has fallen off the bus: reboot, and look at its power and its slot.' };
  return { problem, fix: 'Reinstall the NVIDIA driver, or reboot if it was just updated.' };
}
