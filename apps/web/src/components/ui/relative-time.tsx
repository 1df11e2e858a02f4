'use client';
import { cn } from '../../lib/cn.ts';
import { formatRelative } from '../../lib/format.ts';
import { useNow } from '../../lib/use-now.ts';

/** "12s ago", ticking; the exact time in its title. */
export const RelativeTime = ({ at, className }: { at: string | number; className?: string }) => {
  const now = useNow();
  const date = new Date(at);
  return (
    <time
      key={now === null ? 'server' : 'browser'}
      dateTime={date.toISOString()}
      title={date.toLocaleString()}
      suppressHydrationWarning
      className={cn('figures whitespace-nowrap', className)}
    >
      {formatRelative(date.getTime(), now ?? Date.now())}
    </time>
  );
};
