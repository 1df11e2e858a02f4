import { listAllocations, listNewestAllocations } from '@muster/db/repositories/allocations';
import { countCredentials } from '@muster/db/repositories/sealed-credentials';
import { findTask, listTasks, stopTask } from '@muster/db/repositories/tasks';
import { appendTimeline } from '@muster/db/repositories/timeline';
import type { TaskRow } from '@muster/db/rows';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Deps } from '../../app/deps.ts';
import { runTopic } from '../../live/topics.ts';
import type { TaskService } from '../../services.ts';
import type { TaskView } from '../../shapes/task.ts';
import { sealCredentials } from './seal-credentials.ts';
import { findLiveFigures } from './live-figures.ts';
import { createTask } from './create-task.ts';
import { inspectAllocation, restartTask, syncVolume } from './task-orders.ts';
import { allocationView, taskView } from './task-views.ts';

/** Allocations that a single task shows; its older ones are in the timeline. */
const SHOWN_ALLOCATIONS = 200;

export function createTaskService(deps: Deps): TaskService {
  const { db, live, settings: patience } = deps;

  const withNewest = async (tasks: readonly TaskRow[]): Promise<TaskView[]> => {
    const ids = tasks.map(({ taskId }) => taskId);
    const [newest, credentials] = await Promise.all([listNewestAllocations(db, ids), credentialsOf(tasks)]);
    const figures = await findLiveFigures(db, newest);
    return tasks.map((task) => {
      const allocations = newest.filter(({ taskId }) => taskId === task.taskId);
      return taskView(task, { allocations, figures, credentials: credentials.get(task.taskId) ?? null, patience });
    });
  };
  const credentialsOf = async (tasks: readonly TaskRow[]): Promise<Map<string, TaskView['credentials']>> => {
    const ids = tasks.flatMap(({ taskId, needsCredentials }) => (needsCredentials ? [taskId] : []));
    const counts = ids.length === 0 ? [] : await countCredentials(db, ids);
    return new Map(counts.map(({ taskId, sealed, unsealed }) => [taskId, { sealed, unsealed }]));
  };
  const get = async (taskId: string): Promise<TaskView> => {
    const [task, { items }] = await Promise.all([findTask(db, taskId), listAllocations(db, { taskId, limit: SHOWN_ALLOCATIONS })]);
    if (task === null) throw new AppError('NOT_FOUND');
    const [figures, credentials] = await Promise.all([findLiveFigures(db, items), credentialsOf([task])]);
    return taskView(task, { allocations: items, figures, credentials: credentials.get(taskId) ?? null, patience });
  };
  const note = async ({ runId, taskId }: TaskRow, { actor, to, reason }: { actor: string; to: string; reason: string }): Promise<void> => {
    await appendTimeline(db.pool, [{ runId, actor, subject: taskId, kind: 'task', from: null, to, reason }]);
    live.publish(['reconcile', runTopic(runId, 'task')]);
  };

  return {
    get,
    async create(input) {
      const task = await createTask(deps, input);
      return get(task.taskId);
    },
    async list(query) {
      const page = await listTasks(db, query);
      return { items: await withNewest(page.items), nextCursor: page.nextCursor };
    },
    async stop({ taskId, actor }) {
      const stopping = await stopTask(db, taskId);
      if (stopping === null) throw new AppError('TASK_ENDED');
      await note(stopping, { actor, to: 'Stop requested', reason: 'the buyer stops it' });
      return get(taskId);
    },
    async restart({ taskId, actor }) {
      await note(await restartTask(deps, { taskId }), { actor, to: 'Restart requested', reason: 'the buyer restarts it' });
      return get(taskId);
    },
    async inspect({ allocationId, signal }) {
      const { acknowledged, allocation } = await inspectAllocation(deps, { allocationId, signal });
      const [task, figures] = await Promise.all([findTask(db, allocation.taskId), findLiveFigures(db, [allocation])]);
      if (task === null) throw new AppError('NOT_FOUND');
      return { acknowledged, allocation: allocationView(allocation, { task, figures, patience }) };
    },
    seal: (input) => sealCredentials(deps, input),
    sync: ({ taskId, volume }) => syncVolume(deps, { taskId, volume }),
  };
}
