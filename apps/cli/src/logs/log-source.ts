import type { CommandContext } from '../context.ts';
import { unlessMissing } from '../wait.ts';

const ENDED_TASK = new Set(['Succeeded', 'Failed', 'Cancelled']);

/** What an id means: a task with its allocations, or one allocation. */
export interface LogSource {
  ref: { taskId: string } | { allocationId: string };
  allocations(): Promise<string[]>;
  /** Whether no more output can come. An allocation alone is followed until Ctrl-C. */
  hasEnded(): Promise<boolean>;
}

/** A task if there is one of this id, else an allocation (whose existence the first read proves). */
export async function findLogSource({ asBuyer }: CommandContext, id: string): Promise<LogSource> {
  const getTask = () => asBuyer((api) => api.task.get.query({ taskId: id }));
  const task = await unlessMissing(getTask);
  if (task === null) return { ref: { allocationId: id }, allocations: async () => [id], hasEnded: async () => false };
  return {
    ref: { taskId: id },
    allocations: async () => (await getTask()).allocations.map(({ allocationId }) => allocationId),
    hasEnded: async () => ENDED_TASK.has((await getTask()).phase),
  };
}
