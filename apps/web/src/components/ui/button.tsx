'use client';
import { Slot } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from '../../lib/cn.ts';
import { useHydrated } from '../../lib/use-hydrated.ts';
import { Spinner } from './spinner.tsx';

const VARIANTS = {
  primary: 'bg-accent text-accent-ink hover:bg-accent-hover',
  secondary: 'bg-raised text-ink ring-1 ring-inset ring-line-strong hover:bg-hover',
  ghost: 'text-muted hover:bg-hover hover:text-ink',
  danger: 'bg-bad-solid text-bad-ink hover:brightness-110',
  'danger-quiet': 'text-bad ring-1 ring-inset ring-line-strong hover:bg-bad-soft hover:ring-bad/40',
} as const;

const SIZES = {
  sm: 'h-8 gap-1.5 px-3 text-sm rounded-sm',
  md: 'h-9 gap-2 px-4 text-sm rounded-md',
  lg: 'h-11 gap-2 px-5 text-base rounded-md',
  icon: 'size-9 rounded-md',
  'icon-sm': 'size-8 rounded-sm',
} as const;

export type ButtonProps = ComponentProps<'button'> & {
  variant?: keyof typeof VARIANTS;
  size?: keyof typeof SIZES;
  /** Renders its only child (a link, say) with the button's looks. */
  asChild?: boolean;
  /** Shows a spinner, keeps the width and refuses further presses. */
  busy?: boolean;
  icon?: ReactNode;
};

const BASE =
  'relative inline-flex shrink-0 items-center justify-center font-medium whitespace-nowrap select-none transition-[background-color,color,box-shadow,filter,transform] duration-150 active:translate-y-px disabled:pointer-events-none disabled:not-data-waiting:opacity-50 aria-disabled:pointer-events-none aria-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0';

/** A press before React listens would be lost, so until then the button is disabled; it looks the same. */
export const Button = ({
  variant = 'secondary',
  size = 'md',
  asChild,
  busy,
  icon,
  className,
  children,
  disabled,
  type,
  ...rest
}: ButtonProps) => {
  const hydrated = useHydrated();
  const classes = cn(BASE, VARIANTS[variant], SIZES[size], className);
  if (asChild) {
    return (
      <Slot.Root className={classes} {...rest}>
        {children}
      </Slot.Root>
    );
  }
  const refused = disabled === true || busy === true;
  return (
    <button
      type={type ?? 'button'}
      className={classes}
      disabled={refused || !hydrated}
      data-waiting={(!hydrated && !refused) || undefined}
      aria-busy={busy || undefined}
      {...rest}
    >
      {busy ? <Spinner /> : icon}
      {children}
    </button>
  );
};
