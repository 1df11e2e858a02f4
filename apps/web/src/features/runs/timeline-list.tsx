'use client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Button } from '../../components/ui/button.tsx';
import { ErrorNote } from '../../components/ui/error-state.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { Timeline, type TimelineEntry } from '../../components/ui/timeline.tsx';
import { describeEvent } from '../../lib/describe-event.ts';
import { useTRPC } from '../../lib/trpc/client.ts';
import { runTimeline } from '../../lib/trpc/queries.ts';
import type { TimelineView } from '../../lib/trpc/outputs.ts';

const entryOf = (event: TimelineView, withSubject: boolean): TimelineEntry => {
  const { tone, subject, change, reason } = describeEvent(event);
  return {
    id: event.id,
    at: event.at,
    tone,
    title: <span className="font-medium">{change}</span>,
    detail: [withSubject ? subject : '', reason].filter(Boolean).join(' · '),
  };
};

const concerns = (event: TimelineView, ids: readonly string[]): boolean =>
  ids.some((id) => event.subject.includes(id) || event.reason?.includes(id));

export const TimelineList = ({ runId, about }: { runId: string; about?: readonly string[] }) => {
  const query = useInfiniteQuery(runTimeline(useTRPC(), runId));
  const events = query.data?.pages.flatMap((page) => page.items) ?? [];
  const shown = about ? events.filter((event) => concerns(event, about)) : events;
  const oneSubject = about?.length === 1;
  if (query.isPending) {
    return (
      <output aria-label="Loading the timeline" className="block space-y-4">
        {[0, 1, 2].map((row) => (
          <Skeleton key={row} className="h-9" />
        ))}
      </output>
    );
  }
  if (query.isError) return <ErrorNote error={query.error} />;
  return (
    <>
      {shown.length === 0 ? (
        <p className="text-sm text-muted">{query.hasNextPage ? 'Nothing about it among the newest events.' : 'Nothing happened yet.'}</p>
      ) : (
        <Timeline label="Timeline" entries={shown.map((event) => entryOf(event, !oneSubject))} />
      )}
      {query.hasNextPage ? (
        <Button
          size="sm"
          variant="ghost"
          className="mt-3 w-full"
          busy={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Show earlier
        </Button>
      ) : null}
    </>
  );
};
