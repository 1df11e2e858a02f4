'use client';
import { Card, Section } from '../../components/ui/card.tsx';
import { TimelineList } from './timeline-list.tsx';

/** What happened, newest first; `about` leaves only what concerns one of these addresses or ids. */
export const TimelineSection = ({ runId, about }: { runId: string; about?: readonly string[] }) => (
  <Section title="Timeline">
    <Card className="p-4">
      <TimelineList runId={runId} {...(about ? { about } : {})} />
    </Card>
  </Section>
);
