import type { TaskRow } from '@muster/db/rows';
import { taskSpecSchema, type TaskSpec } from '@muster/protocol/task-spec/task-spec';

/** A stored spec went through the schema before it was stored: one that no longer does is a broken row, and throws. */
export const specOf = (task: Pick<TaskRow, 'spec'>): TaskSpec => taskSpecSchema.parse(task.spec);
