/** What is asked of every driver; memory in MiB, utilisation in percent. An old driver that refuses one of them is asked for the rest. */
export const QUERY_FIELDS = [
  'uuid',
  'name',
  'driver_version',
  'pci.bus_id',
  'memory.total',
  'memory.used',
  'utilization.gpu',
  'temperature.gpu',
  'mig.mode.current',
] as const;
export type QueryField = (typeof QUERY_FIELDS)[number];

const MiB = 1024 * 1024;

export interface GpuRow {
  uuid: string;
  model: string;
  driver: string | null;
  /** As the kernel writes it: 0000:65:00.0. Null for what sits on no bus. */
  address: string | null;
  /** Null, as the rest, where the driver does not tell: [N/A], [Not Supported], [Unknown Error]. */
  memoryBytes: number | null;
  memoryUsedBytes: number | null;
  /** 0 to 1. */
  utilisation: number | null;
  celsius: number | null;
  /** Into slices (MIG), or ready to be. */
  isDivided: boolean;
  /** In the driver's words, why nothing can run on it; null when it is sound. */
  fault: string | null;
}

/** A Jetson's own GPU has no prefix. */
const UUID = /^(GPU-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Lines of `--format=csv,noheader,nounits` in the order of `fields`; whatever else is printed among them is none. */
export function parseGpuRows(output: string, fields: readonly QueryField[] = QUERY_FIELDS): GpuRow[] {
  return output.split('\n').flatMap((line): GpuRow[] => {
    const cells = line.split(',').map((cell) => cell.trim());
    const cell = (field: QueryField): string => cells[fields.indexOf(field)] ?? '';
    const uuid = cell('uuid');
    if (!UUID.test(uuid)) return [];
    const driver = cell('driver_version');
    const percent = numberOf(cell('utilization.gpu'));
    return [
      {
        uuid,
        model: cell('name').slice(0, 200),
        driver: /^[\d.]+$/.test(driver) ? driver : null,
        address: busAddress(cell('pci.bus_id')),
        memoryBytes: mebibytes(cell('memory.total')),
        memoryUsedBytes: mebibytes(cell('memory.used')),
        utilisation: percent === null ? null : Math.min(1, Math.max(0, percent / 100)),
        celsius: numberOf(cell('temperature.gpu')),
        isDivided: cell('mig.mode.current') === 'Enabled',
        fault: faultOf(cells, cell),
      },
    ];
  });
}

/** One figure that fails says nothing of the GPU; all of them do. */
const FIGURES = ['memory.total', 'memory.used', 'utilization.gpu', 'temperature.gpu'] as const;

function faultOf(cells: readonly string[], cell: (field: QueryField) => string): string | null {
  const said = cells.map((text) => /^\[(GPU is lost|GPU requires reset)\]$/i.exec(text)?.[1]).find((words) => words !== undefined);
  if (said !== undefined) return said;
  return FIGURES.every((field) => /^(\[Unknown Error\]|\[?ERR!\]?)$/i.test(cell(field))) ? 'Unknown Error' : null;
}

/** nvidia-smi writes the domain with eight digits, and in capitals. */
export function busAddress(text: string): string | null {
  const [, domain = '', rest = ''] = /^([0-9a-f]{1,8}):([0-9a-f]{2}:[0-9a-f]{2}\.[0-7])$/i.exec(text) ?? [];
  return rest === '' ? null : `${domain.slice(-4).padStart(4, '0')}:${rest}`.toLowerCase();
}

const numberOf = (text: string): number | null => (/^-?\d+(\.\d+)?$/.test(text) ? Number(text) : null);

function mebibytes(text: string): number | null {
  const value = numberOf(text);
  return value === null || value < 0 ? null : Math.round(value * MiB);
}
