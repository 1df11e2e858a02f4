import type { Capabilities } from './trpc/outputs.ts';
import { formatBytes, plural } from './format.ts';

/** "8× H100 80 GiB", or several kinds joined. */
export function summarizeGpus(gpus: Capabilities['gpus']): string {
  const kinds = new Map<string, number>();
  for (const gpu of gpus) {
    const name = gpu.memoryBytes === 0 ? gpu.model : `${gpu.model} ${formatBytes(gpu.memoryBytes)}`;
    kinds.set(name, (kinds.get(name) ?? 0) + 1);
  }
  return [...kinds].map(([name, count]) => `${count}× ${name}`).join(', ');
}

/** One line of what a machine has; GPUs first, since they are what one asks for. */
export function summarizeCapabilities(capabilities: Capabilities): string {
  const { cpu, memoryBytes, diskBytes, gpus } = capabilities;
  const parts = [
    summarizeGpus(gpus),
    plural(cpu.threads, 'thread'),
    `${formatBytes(memoryBytes)} memory`,
    `${formatBytes(diskBytes)} disk`,
  ];
  return parts.filter(Boolean).join(' · ');
}
