'use client';
import { useQuery } from '@tanstack/react-query';
import { Card } from '../../components/ui/card.tsx';
import { ErrorState } from '../../components/ui/error-state.tsx';
import { PageHeader } from '../../components/ui/page-header.tsx';
import { RelativeTime } from '../../components/ui/relative-time.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { StatusPill } from '../../components/ui/status-pill.tsx';
import { phaseInfo } from '../../lib/phases.ts';
import { taskReason } from '../../lib/task-reason.ts';
import { useTRPC } from '../../lib/trpc/client.ts';
import { taskDetail } from '../../lib/trpc/queries.ts';
import type { TaskView } from '../../lib/trpc/outputs.ts';
import { TaskLogs } from '../logs/task-logs.tsx';
import { RunGate } from '../runs/run-gate.tsx';
import { CredentialsNotice } from './credentials-notice.tsx';
import { StorageSection } from './storage-section.tsx';
import { TaskActions } from './task-actions.tsx';
import { TaskHistory } from './task-history.tsx';
import { TaskSpecSection } from './task-spec-section.tsx';

export const TaskPage = ({ runId, taskId }: { runId: string; taskId: string }) => (
  <RunGate runId={runId}>{() => <TaskLoader runId={runId} taskId={taskId} />}</RunGate>
);

const TaskLoader = ({ runId, taskId }: { runId: string; taskId: string }) => {
  const task = useQuery(taskDetail(useTRPC(), taskId));
  if (task.data) return <TaskBody runId={runId} task={task.data} />;
  if (task.isError) {
    return (
      <Card>
        <ErrorState error={task.error} retry={() => void task.refetch()} />
      </Card>
    );
  }
  return <Skeleton className="h-96 rounded-lg" />;
};

const TaskBody = ({ runId, task }: { runId: string; task: TaskView }) => (
  <>
    <PageHeader
      crumbs={[
        { label: 'Your runs', href: '/' },
        { label: `Run ${runId}`, href: `/runs/${runId}` },
      ]}
      title={task.name}
      badge={<StatusPill kind="task" phase={task.phase} />}
      actions={<TaskActions task={task} />}
      meta={
        <>
          <span className="font-mono text-xs wrap-anywhere">{task.spec?.image}</span>
          <span>{taskReason(task) ?? phaseInfo('task', task.phase).meaning}</span>
          <span>
            created <RelativeTime at={task.createdAt} />
          </span>
        </>
      }
    />
    <CredentialsNotice task={task} />
    <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div className="flex min-w-0 flex-col gap-8">
        <TaskLogs task={task} />
        <TaskHistory task={task} />
      </div>
      <div className="flex min-w-0 flex-col gap-8">
        <StorageSection task={task} />
        {task.spec === null ? null : <TaskSpecSection spec={task.spec} specHash={task.specHash} imageDigest={task.imageDigest} />}
      </div>
    </div>
  </>
);
