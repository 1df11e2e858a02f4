'use client';
import { formatRelative } from '../../lib/format.ts';
import { useNow } from '../../lib/use-now.ts';
import { cn } from '../../lib/cn.ts';

/** "12s ago", ticking; the exact time in its title. The server's clock and the reader's may differ, hence the suppressed warnings. */
export const RelativeTime = ({ at, className }: { at: string | number; className?: string }) => {
  const now = useNow();
  const date = new Date(at);
  return (
    <time
      dateTime={date.toISOString()}
      title={date.toLocaleString()}
      suppressHydrationWarning
      className={cn('figures whitespace-nowrap', className)}
    >
      {formatRelative(date.getTime(), now)}
    </time>
  );
};
