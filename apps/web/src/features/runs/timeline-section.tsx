'use client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Button } from '../../components/ui/button.tsx';
import { Card, Section } from '../../components/ui/card.tsx';
import { ErrorNote } from '../../components/ui/error-state.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { Timeline, type TimelineEntry } from '../../components/ui/timeline.tsx';
import { describeEvent } from '../../lib/describe-event.ts';
import { useTRPC } from '../../lib/trpc/client.ts';
import { runTimeline } from '../../lib/trpc/queries.ts';
import type { TimelineView } from '../../lib/trpc/outputs.ts';

type TimelineSectionProps = { runId: string; /** Shows only what concerns this address or id. */ about?: string };

const entryOf = (event: TimelineView): TimelineEntry => {
  const { tone, subject, change, reason } = describeEvent(event);
  return {
    id: event.id,
    at: event.at,
    tone,
    title: (
      <>
        <span className="text-muted">{subject}</span> <span className="font-medium">{change}</span>
      </>
    ),
    detail: reason,
  };
};

/** What happened, newest first. */
export const TimelineSection = ({ runId, about }: TimelineSectionProps) => {
  const query = useInfiniteQuery(runTimeline(useTRPC(), runId));
  const events = query.data?.pages.flatMap((page) => page.items) ?? [];
  const shown = about ? events.filter((event) => event.subject.includes(about) || event.reason?.includes(about)) : events;
  return (
    <Section title="Timeline">
      <Card className="p-4">
        {query.isPending ? (
          <output aria-label="Loading the timeline" className="block space-y-4">
            {[0, 1, 2].map((row) => (
              <Skeleton key={row} className="h-9" />
            ))}
          </output>
        ) : query.isError ? (
          <ErrorNote error={query.error} />
        ) : shown.length === 0 ? (
          <p className="text-sm text-muted">Nothing happened yet.</p>
        ) : (
          <Timeline label="Timeline" entries={shown.map(entryOf)} />
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
      </Card>
    </Section>
  );
};
