import { PULL_STAGES, type PullState } from '@muster/protocol/messages/frames';
import type { AllocationPhase } from './allocation-lifecycle.ts';

/**
 * How far an allocation is on its way to a running container: a number that rises with every phase, every stage of its image's pull and
 * every byte in it. Only what rises above all that was there before is progress; a node that begins anew again and again makes none.
 */
export function startProgress(phase: AllocationPhase, pull: PullState | null): number {
  if (phase === 'Starting') return 1 + PULL_STAGES.length;
  if (phase !== 'Pulling') return 0;
  return pull === null ? 1 : 1 + PULL_STAGES.indexOf(pull.stage) + (pull.total > 0 ? Math.min(1, pull.current / pull.total) : 0);
}

export interface StartFacts {
  phase: AllocationPhase;
  /** Its container has run: what comes after that has no deadline but the buyer's. */
  hasRun: boolean;
  /** Time in which its node could be heard and no progress came; what was told to stop makes none. */
  idleMs: number;
}

export interface StartPatience {
  /** The longest time without progress. */
  startWithinMs: number;
  /** How long a node may then take to say that nothing runs. */
  stopWithinMs: number;
}

const ON_THE_WAY: ReadonlySet<AllocationPhase> = new Set(['Placed', 'Pulling', 'Starting']);

/**
 * What to do about an allocation that does not get on: have its node stop it, so that it does not start after all once another has its
 * place; and end it without the node when that does not answer either. Null while there is nothing to do.
 */
export function overdueStart({ phase, hasRun, idleMs }: StartFacts, { startWithinMs, stopWithinMs }: StartPatience): 'stop' | 'end' | null {
  if (hasRun || !ON_THE_WAY.has(phase) || idleMs <= startWithinMs) return null;
  return idleMs <= startWithinMs + stopWithinMs ? 'stop' : 'end';
}
