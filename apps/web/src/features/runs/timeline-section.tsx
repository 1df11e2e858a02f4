'use client';
import { Card, Section } from '../../components/ui/card.tsx';
import { TimelineList } from './timeline-list.tsx';

/** What happened, newest first; see `runTimeline` for `about`. */
export const TimelineSection = ({ runId, about }: { runId: string; about?: string }) => (
  <Section title="Timeline">
    <Card className="p-4">
      <TimelineList runId={runId} {...(about ? { about } : {})} />
    </Card>
  </Section>
);
