import type { ReactNode } from 'react';
import { cn } from '../../lib/cn.ts';

type EmptyStateProps = {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  /** The whole page is this: its title is the page's heading. */
  page?: boolean;
  className?: string;
};

/** Nothing here yet: says why, and offers the next step. */
export const EmptyState = ({ icon, title, children, action, page = false, className }: EmptyStateProps) => (
  <div className={cn('flex flex-col items-center px-6 py-12 text-center', className)}>
    {icon ? (
      <span aria-hidden className="mb-4 grid size-11 place-items-center rounded-full bg-sunken text-faint ring-1 ring-line [&_svg]:size-5">
        {icon}
      </span>
    ) : null}
    {page ? <h1 className="text-lg font-semibold">{title}</h1> : <p className="text-base font-medium">{title}</p>}
    {children ? <div className="mt-1 max-w-md text-sm text-pretty text-muted">{children}</div> : null}
    {action ? <div className="mt-5">{action}</div> : null}
  </div>
);
