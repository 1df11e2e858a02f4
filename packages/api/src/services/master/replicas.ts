import type { AllocationRow } from '@muster/db/rows';
import type { TimedAllocation } from '@muster/db/repositories/allocations';
import { decideRestart, type AllocationExit } from '@muster/domain/restart-policy';
import { z } from 'zod';
import { REFUSALS } from './refusals.ts';
import type { TaskSpec } from '@muster/protocol/task-spec/task-spec';

/** Why the master stops an allocation; kept with it, because the same exit means different things. */
export type StopReason = 'buyer' | 'timeout' | 'evicted' | 'overdue';

type Ended = Pick<AllocationRow, 'phase' | 'stopReason' | 'exitCode' | 'error' | 'startedAt'>;

/** How an ended allocation ended, in the words of the restart policy. */
export function exitOf({ phase, stopReason, exitCode, error, startedAt }: Ended): AllocationExit {
  if (phase === 'Succeeded') return { kind: 'exited', exitCode: 0 };
  if (stopReason === 'buyer') return { kind: 'stopped' };
  // What has run was no refusal, though its node ended it for a reason of its own: the restart policy decides.
  if (phase === 'Failed' && startedAt === null && isRefusal(error)) return { kind: 'refused' };
  // A node that went away, or stopped the container of its own accord: the container is not to blame.
  if (phase === 'Lost' || phase === 'Cancelled' || stopReason === 'evicted') return { kind: 'lost' };
  return exitCode === null ? { kind: 'error' } : { kind: 'exited', exitCode };
}

/** `refused`: how many of its replica's epochs the nodes refused. How long until the replica of an ended allocation may be placed again, ms (0 or less: now); null: never. */
export function retryInMs(allocation: TimedAllocation, spec: TaskSpec, refused: number): number | null {
  // Every retry is a new allocation under the replica's next epoch, and the first epoch is 1. What a node refused never ran.
  const decision = decideRestart(spec.restart, exitOf(allocation), Math.max(0, allocation.epoch - 1 - refused));
  return decision.retry ? decision.delayMs - (allocation.endedMs ?? 0) : null;
}

const refusalShape = z.object({ code: z.enum(REFUSALS) });
const isRefusal = (error: unknown): boolean => refusalShape.safeParse(error).success;
