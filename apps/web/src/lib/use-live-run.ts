'use client';
import { skipToken, useQueryClient } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useTRPC } from './trpc/client.ts';

/**
 * Keeps everything that is shown of a run fresh: every hint of the server marks what it names as stale, and whatever is on
 * the page is asked for again. Reconnecting yields a first hint, so nothing that happened meanwhile is missed.
 */
export function useLiveRun(runId: string | null): void {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  useSubscription(
    trpc.run.watch.subscriptionOptions(runId === null ? skipToken : { runId }, {
      onData: ({ what }) => {
        const stale = [trpc.run.pathFilter()];
        if (what === 'node' || what === 'run') stale.push(trpc.node.pathFilter());
        if (what !== 'snapshot') stale.push(trpc.task.pathFilter());
        if (what === 'snapshot') stale.push(trpc.snapshot.pathFilter());
        for (const filter of stale) void queryClient.invalidateQueries(filter);
      },
    }),
  );
}
