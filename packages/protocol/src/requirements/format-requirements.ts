import { formatBytes } from '../units/bytes.ts';
import type { Range, Requirements } from './requirements.ts';

/** The canonical text: parseRequirements(formatRequirements(r)) is r again. */
export function formatRequirements({ cpu, memoryBytes, diskBytes, gpu, gpuMemoryBytes }: Requirements): string {
  const items = [
    cpu && `cpu: ${formatRange(cpu, String)}`,
    memoryBytes && `memory: ${formatRange(memoryBytes, formatBytes)}`,
    diskBytes && `disk: ${formatRange(diskBytes, formatBytes)}`,
    gpu && `gpu: ${gpu.model === undefined ? '' : `${gpu.model}:`}${formatRange(gpu.count, String)}`,
    gpuMemoryBytes && `gpu.memory: ${formatRange(gpuMemoryBytes, formatBytes)}`,
  ];
  return items.filter((item) => item !== undefined).join(', ');
}

/** `2..8`, `2..` or `..8`, always with the dots, so that nobody has to know what a bare value means. */
export function formatRange({ min, max }: Range, format: (value: number) => string): string {
  return `${min === undefined ? '' : format(min)}..${max === undefined ? '' : format(max)}`;
}
