import type { NodeDetail } from './trpc/outputs.ts';
import { formatBytes, formatPercent } from './format.ts';

type GpuUsage = NonNullable<NonNullable<NodeDetail['usage']>['gpus']>[number];

export type GpuFigure = {
  uuid: string;
  label: string;
  /** Null where nobody measures it: of a slice the driver tells its memory alone. */
  share: number | null;
  figure: string;
  /** Why nothing can run on it; null when it is sound. */
  problem: string | null;
};

/** What is known of each GPU, in words: what is not measured is said to be so, and never shown as nothing. */
export function gpuFigures(gpus: readonly GpuUsage[]): GpuFigure[] {
  const isSlice = ({ uuid }: GpuUsage): boolean => uuid.startsWith('MIG-');
  const numbered = (gpu: GpuUsage): string => {
    const alike = gpus.filter((other) => isSlice(other) === isSlice(gpu));
    const name = isSlice(gpu) ? 'GPU slice' : 'GPU';
    return alike.length === 1 ? name : `${name} ${alike.indexOf(gpu) + 1}`;
  };
  return gpus.map((gpu) => {
    const { uuid, utilisation, memoryBytes, celsius, problem = null } = gpu;
    const parts = [
      utilisation === undefined ? 'load not measured' : formatPercent(utilisation),
      memoryBytes === undefined ? 'memory not measured' : formatBytes(memoryBytes),
      ...(celsius === undefined ? [] : [`${celsius} °C`]),
    ];
    const figure = utilisation === undefined && memoryBytes === undefined && celsius === undefined ? 'not measured' : parts.join(', ');
    return { uuid, label: numbered(gpu), share: problem === null ? (utilisation ?? null) : null, figure, problem };
  });
}
