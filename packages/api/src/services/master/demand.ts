import type { Resources } from '@muster/domain/placement';
import { capabilitiesSchema } from '@muster/protocol/capabilities';
import type { TaskSpec } from '@muster/protocol/task-spec/task-spec';

export const NOTHING: Resources = { cpu: 0, memoryBytes: 0, diskBytes: 0 };

/** What one replica is promised; what its author left out it must share. */
export const demandOf = ({ resources }: TaskSpec): Resources => ({
  cpu: resources.cpu ?? 0,
  memoryBytes: resources.memoryBytes ?? 0,
  diskBytes: resources.diskBytes ?? 0,
});

export const sumOf = (a: Resources, b: Resources): Resources => ({
  cpu: a.cpu + b.cpu,
  memoryBytes: a.memoryBytes + b.memoryBytes,
  diskBytes: a.diskBytes + b.diskBytes,
});

/** What a node registered; nothing while its document is unknown. */
export function capacityOf(document: unknown): Resources {
  const parsed = capabilitiesSchema.safeParse(document);
  if (!parsed.success) return NOTHING;
  const { cpu, memoryBytes, diskBytes } = parsed.data;
  return { cpu: cpu.threads, memoryBytes, diskBytes };
}
