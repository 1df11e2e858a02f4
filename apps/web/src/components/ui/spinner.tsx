import { LoaderCircle } from 'lucide-react';
import { cn } from '../../lib/cn.ts';

export const Spinner = ({ className, label }: { className?: string; label?: string }) => (
  <span role={label ? 'status' : undefined} className={cn('inline-flex', className)}>
    <LoaderCircle aria-hidden className="size-[1em] animate-spin motion-reduce:animate-none" />
    {label ? <span className="sr-only">{label}</span> : null}
  </span>
);
