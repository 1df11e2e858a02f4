import { HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { TaskPage } from '../../../../../features/tasks/task-page.tsx';
import { prefetch } from '../../../../../lib/server/prefetch.ts';
import { runDetail, snapshotList, taskDetail } from '../../../../../lib/trpc/queries.ts';

export const metadata: Metadata = { title: 'Task' };

export default async function Page({ params }: { params: Promise<{ runId: string; taskId: string }> }) {
  const { runId, taskId } = await params;
  const state = await prefetch((trpc, queries) => [
    queries.prefetchQuery(runDetail(trpc, runId)),
    queries.prefetchQuery(taskDetail(trpc, taskId)),
    queries.prefetchQuery(snapshotList(trpc, taskId)),
  ]);
  return (
    <HydrationBoundary state={state}>
      <TaskPage runId={runId} taskId={taskId} />
    </HydrationBoundary>
  );
}
