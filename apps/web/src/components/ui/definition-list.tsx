import type { ReactNode } from 'react';
import { cn } from '../../lib/cn.ts';

export type Definition = { term: string; value: ReactNode };

/** Terms on the left, values on the right, one hairline between rows. */
export const DefinitionList = ({ items, className }: { items: readonly Definition[]; className?: string }) => (
  <dl className={cn('divide-y divide-line text-sm', className)}>
    {items.map(({ term, value }) => (
      <div key={term} className="flex min-h-10 items-center justify-between gap-6 py-2">
        <dt className="shrink-0 text-muted">{term}</dt>
        <dd className="min-w-0 text-right break-words">{value}</dd>
      </div>
    ))}
  </dl>
);
