import type { Database } from '@muster/db/client';
import { listLiveSessions } from '@muster/db/repositories/sessions';
import type { AllocationRow } from '@muster/db/rows';
import type { AllocationView } from '../../shapes/task.ts';
import { beatOf } from '../session/beat-of.ts';

/** What the nodes' newest heartbeats say of allocations: how busy each is, and which GPUs are its own. */
export type LiveFigures = ReadonlyMap<string, Pick<AllocationView, 'usage' | 'gpus'>>;

export const figuresKey = ({ allocationId, epoch }: { allocationId: string; epoch: number }): string => `${allocationId}/${epoch}`;

/** Of those that run; what has ended uses nothing, whatever the last heartbeat before it said. */
export async function findLiveFigures(db: Database, allocations: readonly AllocationRow[]): Promise<LiveFigures> {
  const running = allocations.filter(({ phase }) => phase === 'Running');
  if (running.length === 0) return new Map();
  const nodes = new Map(running.map(({ runId, node }) => [`${runId}/${node}`, { runId, node }]));
  const figures = new Map<string, Pick<AllocationView, 'usage' | 'gpus'>>();
  for (const session of await listLiveSessions(db, [...nodes.values()])) {
    const beat = beatOf({ session });
    const usageOf = new Map(beat?.usage.gpus?.map((gpu) => [gpu.uuid, gpu]));
    for (const { usage, gpus = [], ...allocation } of beat?.allocations ?? [])
      figures.set(figuresKey(allocation), { usage: usage ?? null, gpus: gpus.map((uuid) => usageOf.get(uuid) ?? { uuid }) });
  }
  return new Map(running.map(figuresKey).flatMap((key) => (figures.has(key) ? [[key, figures.get(key) ?? NOTHING]] : [])));
}

const NOTHING: Pick<AllocationView, 'usage' | 'gpus'> = { usage: null, gpus: [] };
