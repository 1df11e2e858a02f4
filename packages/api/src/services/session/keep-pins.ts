import { pinImages } from '@muster/db/repositories/pin-images';
import type { AllocationRow } from '@muster/db/rows';
import { isTerminalAllocationPhase, type AllocationPhase } from '@muster/domain/allocation-lifecycle';
import type { AllocationStatus } from '@muster/protocol/messages/frames';
import type { Deps } from '../../app/deps.ts';

const BEGUN: ReadonlySet<AllocationPhase> = new Set<AllocationPhase>(['Starting', 'Running', 'Succeeded']);

/** The image that a container was made of; before its start a node's word about that costs it nothing, and counts for nothing. */
export const imageOf = ({ phase, startedAt, imageDigest }: AllocationStatus): string | undefined =>
  BEGUN.has(phase) || startedAt !== undefined ? imageDigest : undefined;

/**
 * The image that the first node of a task started is the task's from then on (ADR 69). What another node runs already is not stopped over
 * this one's word: the task says that they differ, and its owner judges.
 */
export async function keepPins(
  { db, logger }: Pick<Deps, 'db' | 'logger'>,
  statuses: readonly AllocationStatus[],
  own: ReadonlyMap<string, AllocationRow>,
): Promise<void> {
  const pins = statuses.flatMap((status) => {
    const imageDigest = imageOf(status);
    const allocation = own.get(status.allocationId);
    if (imageDigest === undefined || !allocation || allocation.epoch !== status.epoch) return [];
    return isTerminalAllocationPhase(allocation.phase) ? [] : [{ taskId: allocation.taskId, imageDigest, actor: allocation.node }];
  });
  for (const { runId, taskId, imageDigest } of await pinImages(db, pins))
    logger.info({ event: 'task.pinned', runId, taskId, imageDigest }, 'a task is pinned to the image that its first node started');
}
