import { HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { RunPage } from '../../../features/runs/run-page.tsx';
import { prefetch } from '../../../lib/server/prefetch.ts';
import { nodeList, runDetail, runTimeline, taskList } from '../../../lib/trpc/queries.ts';

type Props = { params: Promise<{ runId: string }> };

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({ title: `Run ${(await params).runId}` });

export default async function Page({ params }: Props) {
  const { runId } = await params;
  const state = await prefetch((trpc, queries) => [
    queries.prefetchQuery(runDetail(trpc, runId)),
    queries.prefetchInfiniteQuery(nodeList(trpc, runId)),
    queries.prefetchInfiniteQuery(taskList(trpc, runId)),
    queries.prefetchInfiniteQuery(runTimeline(trpc, runId)),
  ]);
  return (
    <HydrationBoundary state={state}>
      <RunPage runId={runId} />
    </HydrationBoundary>
  );
}
