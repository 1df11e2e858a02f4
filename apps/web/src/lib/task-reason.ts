import { readableReason } from './reason.ts';
import type { TaskView } from './trpc/outputs.ts';

type Reasoned = {
  phase: string;
  phaseReason: string | null;
  allocations: readonly Pick<TaskView['allocations'][number], 'createdAt' | 'error' | 'phaseReason'>[];
};

/** Why a task is where it is: the master's word, else what ended the newest of its allocations; null where the phase says it all. */
export function taskReason({ phase, phaseReason, allocations }: Reasoned): string | null {
  if (phaseReason !== null) return readableReason(phaseReason);
  if (phase !== 'Failed') return null;
  const ends = allocations.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  const why = ends.find((end) => end.error !== null)?.error?.message ?? ends.find((end) => end.phaseReason !== null)?.phaseReason;
  return why ? readableReason(why) : null;
}
