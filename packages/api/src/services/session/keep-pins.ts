import { stopAllocations } from '@muster/db/repositories/allocations';
import { listOtherPins, pinImages } from '@muster/db/repositories/pin-images';
import type { AllocationRow } from '@muster/db/rows';
import { isTerminalAllocationPhase } from '@muster/domain/allocation-lifecycle';
import type { StatusReport } from '@muster/protocol/messages/frames';
import type { Deps } from '../../app/deps.ts';

/**
 * The image that the first node of a task got is the task's from then on (ADR 69). A tag that was moved while two nodes pulled
 * it shows here: what runs another image is stopped, and placed anew under the pin.
 */
export async function keepPins(
  { db, logger }: Pick<Deps, 'db' | 'logger'>,
  report: StatusReport,
  own: ReadonlyMap<string, AllocationRow>,
): Promise<void> {
  const got = report.allocations.flatMap(({ allocationId, imageDigest }) => {
    const allocation = own.get(allocationId);
    return imageDigest === undefined || !allocation || isTerminalAllocationPhase(allocation.phase) ? [] : [{ allocation, imageDigest }];
  });
  const pins = got.map(({ allocation: { taskId, node }, imageDigest }) => ({ taskId, imageDigest, actor: node }));
  for (const { runId, taskId, imageDigest } of await pinImages(db, pins))
    logger.info({ event: 'task.pinned', runId, taskId, imageDigest }, 'a task is pinned to the image that its first node got');
  const others = new Map((await listOtherPins(db, pins)).map(({ taskId, imageDigest }) => [taskId, imageDigest]));
  const wrong = got.filter(({ allocation, imageDigest }) => others.has(allocation.taskId) && others.get(allocation.taskId) !== imageDigest);
  if (wrong.length === 0) return;
  await stopAllocations(
    db,
    wrong.map(({ allocation }) => ({ allocationId: allocation.allocationId, reason: 'mismatch' })),
  );
  for (const { allocation, imageDigest } of wrong)
    logger.warn(
      { event: 'image.mismatch', allocationId: allocation.allocationId, imageDigest },
      'a node runs another image than the pinned one',
    );
}
