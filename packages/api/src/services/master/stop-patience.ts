import type { AllocationRow } from '@muster/db/rows';
import { ERROR_CODES } from '@muster/protocol/errors/codes';
import type { TaskSpec } from '@muster/protocol/task-spec/task-spec';
import type { Settings } from '../../app/deps.ts';
import { inWords } from './in-words.ts';

type Stopping = Pick<AllocationRow, 'phase' | 'startedAt' | 'stopReason'>;
export type StopTimes = Pick<Settings, 'startWithinMs' | 'lostAfterMs'> & Pick<TaskSpec, 'graceMs'>;

/** A node says that it runs, and need not say since when. */
export const hasRun = ({ phase, startedAt }: Stopping): boolean => startedAt !== null || phase === 'Running';

/** It was stopped since it did not get on, and has not begun even then. */
export const neverBegan = (allocation: Stopping): boolean => allocation.stopReason === 'overdue' && !hasRun(allocation);

/**
 * How long a node that can be heard may take to say that it has stopped an allocation. A restart may be under way when the order comes, which
 * takes the grace once already; the order may come with a later heartbeat; and then the engine has as long as it has for a start.
 */
export function stopWithinMs(allocation: Stopping, { graceMs, startWithinMs, lostAfterMs }: StopTimes): number {
  // It has had the time of a start before.
  if (neverBegan(allocation)) return graceMs + lostAfterMs;
  return 2 * graceMs + startWithinMs + lostAfterMs;
}

/** "At most one lives": what has run may still run, and is ended without its node's word only where nothing can take its place. */
export const endsUnsaid = (allocation: Stopping, isReplaced: boolean): boolean => !hasRun(allocation) || !isReplaced;

export type StopError = { code: 'STOP_TIMED_OUT'; message: string; hint: string };

export const stopError = (allocation: Stopping, times: StopTimes): StopError => ({
  code: 'STOP_TIMED_OUT',
  message: `Its node was told to stop it, and did not say for ${inWords(stopWithinMs(allocation, times))} that it has`,
  hint: ERROR_CODES.STOP_TIMED_OUT.hint,
});
