import type { ReactNode } from 'react';
import type { Tone } from '../../lib/phases.ts';
import { Dot } from './status-pill.tsx';
import { RelativeTime } from './relative-time.tsx';

export type TimelineEntry = { id: string; at: string; tone: Tone; title: ReactNode; detail?: ReactNode };

/** Newest first; a hairline joins the dots. */
export const Timeline = ({ entries, label }: { entries: readonly TimelineEntry[]; label: string }) => (
  <ol aria-label={label} className="flex flex-col">
    {entries.map((entry, index) => (
      <li key={entry.id} className="relative flex gap-3.5 pb-5 last:pb-0">
        {index < entries.length - 1 ? <span aria-hidden className="absolute top-4 bottom-0 left-[3.5px] w-px bg-line" /> : null}
        <Dot tone={entry.tone} className="mt-1.5" />
        <div className="min-w-0 flex-1">
          <div className="flex items-baseline justify-between gap-4">
            <p className="min-w-0 text-sm">{entry.title}</p>
            <RelativeTime at={entry.at} className="text-xs text-faint" />
          </div>
          {entry.detail ? <p className="mt-0.5 text-xs wrap-anywhere text-muted">{entry.detail}</p> : null}
        </div>
      </li>
    ))}
  </ol>
);
