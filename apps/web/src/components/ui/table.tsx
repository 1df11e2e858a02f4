import type { ComponentProps } from 'react';
import { cn } from '../../lib/cn.ts';
import { ScrollBox } from './scroll-box.tsx';

/** Scrolls sideways inside its card rather than widening the page. */
export const Table = ({ className, label, ...rest }: ComponentProps<'table'> & { label: string }) => (
  <ScrollBox className="overflow-x-auto" label={label}>
    <table className={cn('w-full border-collapse text-left text-sm', className)} {...rest} />
  </ScrollBox>
);

export const Th = ({ className, ...rest }: ComponentProps<'th'>) => (
  <th
    scope="col"
    className={cn('border-b border-line bg-sunken/60 px-5 py-2.5 text-xs font-medium whitespace-nowrap text-muted', className)}
    {...rest}
  />
);

export const Td = ({ className, ...rest }: ComponentProps<'td'>) => (
  <td className={cn('border-b border-line px-5 py-3.5 align-middle', className)} {...rest} />
);

export const Tr = ({ className, ...rest }: ComponentProps<'tr'>) => (
  <tr className={cn('last:[&>td]:border-b-0 hover:bg-sunken/50', className)} {...rest} />
);
