import { PULL_STAGES, type PullState } from '@muster/protocol/messages/frames';
import { isTerminalAllocationPhase, type AllocationPhase } from './allocation-lifecycle.ts';

/**
 * How far an allocation is on its way to a running container: a number that rises with every phase, every stage of its image's pull and
 * every byte in it. Only what rises above all that was there before is progress; a node that begins anew again and again makes none.
 */
export function startProgress(phase: AllocationPhase, pull: PullState | null): number {
  if (phase === 'Starting') return 1 + PULL_STAGES.length;
  if (phase !== 'Pulling') return 0;
  return pull === null ? 1 : 1 + PULL_STAGES.indexOf(pull.stage) + (pull.total > 0 ? Math.min(1, pull.current / pull.total) : 0);
}

export interface ProgressFacts {
  phase: AllocationPhase;
  /** Its container has run: what comes after that has no deadline but the buyer's, until it is told to stop. */
  hasRun: boolean;
  /** It was told to stop. */
  stopping: boolean;
  /** Time in which its node could be heard and no progress came. It begins anew with the order to stop, after which there is none to make. */
  idleMs: number;
}

export interface Patience {
  /** The longest time without progress on the way to a running container. */
  startWithinMs: number;
  /** How long a node that was told to stop it may take to say that nothing runs. */
  stopWithinMs: number;
}

const ON_THE_WAY: ReadonlySet<AllocationPhase> = new Set(['Placed', 'Pulling', 'Starting']);

/**
 * What to do about an allocation that does not get on: have its node stop it, so that it does not start after all once another has its
 * place; and end it without the node when that does not say that it has stopped it. Null while there is nothing to do.
 */
export function overdue(
  { phase, hasRun, stopping, idleMs }: ProgressFacts,
  { startWithinMs, stopWithinMs }: Patience,
): 'stop' | 'end' | null {
  if (stopping) return !isTerminalAllocationPhase(phase) && idleMs > stopWithinMs ? 'end' : null;
  return !hasRun && ON_THE_WAY.has(phase) && idleMs > startWithinMs ? 'stop' : null;
}
