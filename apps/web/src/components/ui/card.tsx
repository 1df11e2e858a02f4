import type { ComponentProps, ReactNode } from 'react';
import { cn } from '../../lib/cn.ts';

export const Card = ({ className, ...rest }: ComponentProps<'div'>) => (
  <div className={cn('overflow-clip rounded-lg bg-surface shadow-card ring-1 ring-line', className)} {...rest} />
);

type SectionProps = {
  title: string;
  description?: ReactNode;
  count?: number | undefined;
  action?: ReactNode;
  children: ReactNode;
  id?: string;
  className?: string;
};

/** A titled part of a page: heading with count at the left, its action at the right, its card below. */
export const Section = ({ title, description, count, action, children, id, className }: SectionProps) => {
  const headingId = `${id ?? title.toLowerCase().replaceAll(/\W+/g, '-')}-heading`;
  return (
    <section aria-labelledby={headingId} id={id} className={cn('flex flex-col gap-3', className)}>
      <div className="flex min-h-9 items-center gap-3">
        <div className="min-w-0 flex-1">
          <h2 id={headingId} className="flex items-center gap-2 text-base font-semibold">
            {title}
            {count === undefined ? null : (
              <span className="figures rounded-full bg-hover px-2 text-xs font-medium text-muted">{count}</span>
            )}
          </h2>
          {description ? <p className="text-sm text-muted">{description}</p> : null}
        </div>
        {action}
      </div>
      {children}
    </section>
  );
};
