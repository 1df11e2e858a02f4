'use client';
import type { ComponentProps } from 'react';
import { cn } from '../../lib/cn.ts';
import { useHydrated } from '../../lib/use-hydrated.ts';

/** The look of everything that one types into. */
export const FIELD_CLASSES =
  'w-full rounded-md bg-raised px-3 text-sm text-ink ring-1 ring-inset ring-line-strong placeholder:text-faint transition-shadow focus:outline-2 focus:outline-offset-0 focus:outline-accent aria-invalid:ring-bad aria-invalid:focus:outline-bad disabled:cursor-not-allowed disabled:bg-sunken disabled:text-muted';

/** Read-only until React listens: what is typed before that would be lost. */
export const Input = ({ className, readOnly, ...rest }: ComponentProps<'input'>) => {
  const hydrated = useHydrated();
  return (
    <input
      spellCheck={false}
      autoComplete="off"
      className={cn(FIELD_CLASSES, 'h-9', className)}
      {...rest}
      readOnly={readOnly || !hydrated}
    />
  );
};

/** An input with its unit printed inside at the end: `GB`, `cores`. */
export const UnitInput = ({ unit, className, ...rest }: ComponentProps<'input'> & { unit: string }) => (
  <span className="relative block">
    <Input inputMode="decimal" className={cn('figures pr-16', className)} {...rest} />
    <span aria-hidden className="pointer-events-none absolute inset-y-0 right-3 flex items-center font-mono text-xs text-faint">
      {unit}
    </span>
  </span>
);
