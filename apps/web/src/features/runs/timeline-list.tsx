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

export const TimelineList = ({ runId, about }: { runId: string; about?: string }) => {
  const query = useInfiniteQuery(runTimeline(useTRPC(), runId, about));
  const events = query.data?.pages.flatMap((page) => page.items) ?? [];
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
      {events.length === 0 ? (
        <p className="text-sm text-muted">Nothing happened yet.</p>
      ) : (
        <Timeline label="Timeline" entries={events.map((event) => entryOf(event, about === undefined || !event.subject.endsWith(about)))} />
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
