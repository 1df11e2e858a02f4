import { z } from 'zod';
import type { GpuAccess } from '../../ports/container-runtime.ts';

const infoSchema = z.object({
  Runtimes: z.record(z.string(), z.unknown()).nullish(),
  /** Engine 28 and later list what CDI offers. */
  DiscoveredDevices: z.array(z.object({ Source: z.string(), ID: z.string() })).nullish(),
});

/** From the engine's own account of itself. The runtime comes first: every engine that has it takes its device requests. */
export function gpuAccessOf(info: unknown): GpuAccess | null {
  const { Runtimes, DiscoveredDevices } = infoSchema.catch({}).parse(info);
  if (Runtimes && Object.hasOwn(Runtimes, 'nvidia')) return 'nvidia';
  return DiscoveredDevices?.some(({ Source, ID }) => Source === 'cdi' && ID.startsWith('nvidia.com/gpu=')) ? 'cdi' : null;
}
