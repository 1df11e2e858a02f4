import type { AllocationRow } from '@muster/db/rows';
import { ERROR_CODES } from '@muster/protocol/errors/codes';
import type { TaskSpec } from '@muster/protocol/task-spec/task-spec';
import type { Settings } from '../../app/deps.ts';
import { inWords } from './in-words.ts';

type Stopping = Pick<AllocationRow, 'startedAt' | 'stopReason'>;
export type StopTimes = Pick<Settings, 'startWithinMs' | 'lostAfterMs'> & Pick<TaskSpec, 'graceMs'>;

/**
 * How long a node that can be heard may take to say that it has stopped an allocation. A restart may be under way when the order comes, which
 * takes the grace once already; the order may come with a later heartbeat; and then the engine has as long as it has for a start.
 */
export function stopWithinMs({ startedAt, stopReason }: Stopping, { graceMs, startWithinMs, lostAfterMs }: StopTimes): number {
  // What never ran and did not get on has had that time before.
  if (stopReason === 'overdue' && startedAt === null) return graceMs + lostAfterMs;
  return 2 * graceMs + startWithinMs + lostAfterMs;
}

/** "At most one lives": what has run may still run, and is ended without its node's word only where nothing can take its place. */
export const endsUnsaid = ({ startedAt }: Stopping, isReplaced: boolean): boolean => startedAt === null || !isReplaced;

export type StopError = { code: 'STOP_TIMED_OUT'; message: string; hint: string };

export const stopError = (allocation: Stopping, times: StopTimes): StopError => ({
  code: 'STOP_TIMED_OUT',
  message: `Its node was told to stop it, and did not say for ${inWords(stopWithinMs(allocation, times))} that it has`,
  hint: ERROR_CODES.STOP_TIMED_OUT.hint,
});
