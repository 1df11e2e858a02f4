'use client';
import { cn } from '../../lib/cn.ts';
import { formatRelative } from '../../lib/format.ts';
import { useNow } from '../../lib/use-now.ts';

/** "12s ago", ticking; the exact time in its title. Until the reader's clock is known its place is kept empty. */
export const RelativeTime = ({ at, className }: { at: string | number; className?: string }) => {
  const now = useNow();
  const date = new Date(at);
  return (
    <time
      dateTime={date.toISOString()}
      {...(now === null ? {} : { title: date.toLocaleString() })}
      className={cn('figures whitespace-nowrap', now === null && 'invisible', className)}
    >
      {now === null ? '12m ago' : formatRelative(date.getTime(), now)}
    </time>
  );
};
