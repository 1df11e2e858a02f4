import type { OpenTask } from '@muster/db/repositories/tasks';
import type { TaskRow } from '@muster/db/rows';
import { AppError } from '@muster/protocol/errors/app-error';
import { unwrap } from '@muster/protocol/errors/result';
import { parseTaskSpec } from '@muster/protocol/task-spec/parse-task-spec';
import { taskSpecSchema, type TaskSpec } from '@muster/protocol/task-spec/task-spec';

type WithSpec = Pick<TaskRow, 'spec'>;

/** A stored spec went through the schema before it was stored; null when it no longer does, for example because a newer version wrote it. */
export function specOrNull({ spec }: WithSpec): TaskSpec | null {
  const parsed = taskSpecSchema.safeParse(spec);
  return parsed.success ? parsed.data : null;
}

/** Throws TASK_SPEC_UNREADABLE. */
export function specOf(task: WithSpec): TaskSpec {
  const spec = specOrNull(task);
  if (spec === null) throw new AppError('TASK_SPEC_UNREADABLE');
  return spec;
}

/** A task for one turn of the loop. One whose spec is unreadable is stopped, with the grace of a spec that says nothing, and then fails. */
export type ReadTask = Omit<OpenTask, 'spec'> & { spec: TaskSpec; isReadable: boolean };

const SAYS_NOTHING = unwrap(parseTaskSpec({ image: 'unreadable', restart: { policy: 'never' } }));

export function readTask(task: OpenTask): ReadTask {
  const spec = specOrNull(task);
  return spec === null ? { ...task, spec: SAYS_NOTHING, desired: 'Stopped', isReadable: false } : { ...task, spec, isReadable: true };
}
