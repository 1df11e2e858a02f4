import { ChevronRight } from 'lucide-react';
import Link from 'next/link';
import { Fragment, type ReactNode } from 'react';

type Crumb = { label: string; href: string };

type PageHeaderProps = { crumbs?: readonly Crumb[]; title: ReactNode; badge?: ReactNode; meta?: ReactNode; actions?: ReactNode };

export const PageHeader = ({ crumbs = [], title, badge, meta, actions }: PageHeaderProps) => (
  <div className="flex flex-col gap-3">
    {crumbs.length > 0 ? (
      <nav aria-label="Breadcrumb" className="flex items-center gap-1.5 text-sm text-muted">
        {crumbs.map(({ label, href }) => (
          <Fragment key={href}>
            <Link href={href} className="rounded-xs hover:text-ink">
              {label}
            </Link>
            <ChevronRight aria-hidden className="size-3.5 text-faint last:hidden" />
          </Fragment>
        ))}
      </nav>
    ) : null}
    <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
      <div className="flex min-w-0 flex-1 basis-72 flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="min-w-0 text-2xl font-semibold tracking-[-0.02em] break-words">{title}</h1>
        {badge}
      </div>
      {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
    </div>
    {meta ? <div className="flex flex-wrap items-center gap-x-5 gap-y-1 text-sm text-muted">{meta}</div> : null}
  </div>
);
