import type { ComponentProps } from 'react';
import { cn } from '../../lib/cn.ts';

/**
 * A box that scrolls within itself, and that the keyboard can reach in order to scroll it. Positioned, so that what is
 * hidden in it (text for screen readers) cannot widen the page.
 */
export const ScrollBox = ({ label, className, ...rest }: ComponentProps<'section'> & { label: string }) => (
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- without it Safari's keyboard users cannot scroll what is inside
  <section aria-label={label} tabIndex={0} className={cn('relative', className)} {...rest} />
);
