import type { ComponentProps } from 'react';

/** A box that scrolls within itself, and that the keyboard can reach in order to scroll it. */
export const ScrollBox = ({ label, ...rest }: ComponentProps<'section'> & { label: string }) => (
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- without it Safari's keyboard users cannot scroll what is inside
  <section aria-label={label} tabIndex={0} {...rest} />
);
