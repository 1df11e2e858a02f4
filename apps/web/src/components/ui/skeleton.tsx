import { cn } from '../../lib/cn.ts';

/** A placeholder of the size of what will stand there. */
export const Skeleton = ({ className }: { className?: string }) => (
  <span aria-hidden className={cn('block animate-shimmer rounded-sm bg-line/70', className)} />
);

/** Rows of a list that is on its way; `rowClassName` gives the height of the real rows. */
export const SkeletonRows = ({ rows = 3, rowClassName, label }: { rows?: number; rowClassName?: string; label: string }) => (
  <output aria-label={label} className="block divide-y divide-line">
    {Array.from({ length: rows }, (_, index) => (
      <div key={index} className={cn('flex items-center gap-4 px-5 py-4', rowClassName)}>
        <Skeleton className="size-8 rounded-full" />
        <div className="flex-1 space-y-2">
          <Skeleton className="h-3.5 w-2/5" />
          <Skeleton className="h-3 w-1/4" />
        </div>
        <Skeleton className="hidden h-3.5 w-24 sm:block" />
      </div>
    ))}
  </output>
);
