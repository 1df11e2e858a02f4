import { HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { NewTaskPage } from '../../../../../features/tasks/new/new-task-page.tsx';
import { prefetch } from '../../../../../lib/server/prefetch.ts';
import { runDetail } from '../../../../../lib/trpc/queries.ts';

export const metadata: Metadata = { title: 'New task' };

export default async function Page({ params }: { params: Promise<{ runId: string }> }) {
  const { runId } = await params;
  const state = await prefetch((trpc, queries) => [queries.prefetchQuery(runDetail(trpc, runId))]);
  return (
    <HydrationBoundary state={state}>
      <NewTaskPage runId={runId} />
    </HydrationBoundary>
  );
}
