import { HydrationBoundary } from '@tanstack/react-query';
import { Home } from '../features/home/home.tsx';
import { prefetch } from '../lib/server/prefetch.ts';
import { runList } from '../lib/trpc/queries.ts';

export default async function HomePage() {
  const state = await prefetch((trpc, queries) => [queries.prefetchInfiniteQuery(runList(trpc))]);
  return (
    <HydrationBoundary state={state}>
      <Home />
    </HydrationBoundary>
  );
}
