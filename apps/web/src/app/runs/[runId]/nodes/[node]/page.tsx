import { HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { NodePage } from '../../../../../features/nodes/node-page.tsx';
import { prefetch } from '../../../../../lib/server/prefetch.ts';
import { nodeDetail, runDetail, runTimeline } from '../../../../../lib/trpc/queries.ts';

export const metadata: Metadata = { title: 'Node' };

export default async function Page({ params }: { params: Promise<{ runId: string; node: string }> }) {
  const { runId, node } = await params;
  const state = await prefetch((trpc, queries) => [
    queries.prefetchQuery(runDetail(trpc, runId)),
    queries.prefetchQuery(nodeDetail(trpc, { runId, node })),
    queries.prefetchInfiniteQuery(runTimeline(trpc, runId, node)),
  ]);
  return (
    <HydrationBoundary state={state}>
      <NodePage runId={runId} node={node} />
    </HydrationBoundary>
  );
}
