import Link from 'next/link';
import { RelativeTime } from '../../components/ui/relative-time.tsx';
import { DOT, StatusPill } from '../../components/ui/status-pill.tsx';
import { cn } from '../../lib/cn.ts';
import { phaseInfo } from '../../lib/phases.ts';
import { taskReason } from '../../lib/task-reason.ts';
import type { TaskView } from '../../lib/trpc/outputs.ts';

/** One small square per allocation, in its tone. */
const AllocationSquares = ({ task }: { task: TaskView }) => (
  <span aria-hidden className="flex max-w-32 flex-wrap gap-1">
    {task.allocations.slice(0, 24).map((allocation) => (
      <span
        key={allocation.allocationId}
        title={`${allocation.phase} on ${allocation.node}`}
        className={cn('size-2.5 rounded-[3px] transition-colors duration-500', DOT[phaseInfo('allocation', allocation.phase).tone])}
      />
    ))}
  </span>
);

export const TaskRow = ({ task }: { task: TaskView }) => {
  const reason = taskReason(task);
  return (
    <li data-testid="task-row" data-phase={task.phase} data-task={task.taskId} className="animate-fade">
      <Link
        href={`/runs/${task.runId}/tasks/${task.taskId}`}
        className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-6 gap-y-2 px-5 py-4 -outline-offset-2 transition-colors hover:bg-sunken/60 md:grid-cols-[minmax(0,1fr)_8rem_9.5rem]"
      >
        <span className="min-w-0">
          <span className="block truncate text-sm font-medium">{task.name}</span>
          <span className="block truncate font-mono text-xs text-muted">{[task.spec?.image, ...(task.spec?.command ?? [])].join(' ')}</span>
          {reason === null ? null : (
            <span data-testid="task-reason" className="mt-0.5 line-clamp-2 text-xs text-muted">
              {reason}
            </span>
          )}
        </span>
        <span className="hidden md:block">
          <AllocationSquares task={task} />
        </span>
        <span className="flex flex-col items-end gap-1">
          <StatusPill kind="task" phase={task.phase} />
          <RelativeTime at={task.createdAt} className="text-xs text-faint" />
        </span>
      </Link>
    </li>
  );
};
