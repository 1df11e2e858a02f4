'use client';
import { Tabs as Radix } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from '../../lib/cn.ts';

export const Tabs = Radix.Root;

export const TabList = ({ label, children, className }: { label: string; children: ReactNode; className?: string }) => (
  <Radix.List aria-label={label} className={cn('flex gap-6 overflow-x-auto border-b border-line', className)}>
    {children}
  </Radix.List>
);

export const Tab = ({ className, count, children, ...rest }: ComponentProps<typeof Radix.Trigger> & { count?: number | undefined }) => (
  <Radix.Trigger
    className={cn(
      '-mb-px flex items-center gap-2 border-b-2 border-transparent py-2.5 text-sm font-medium whitespace-nowrap text-muted transition-colors hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink',
      className,
    )}
    {...rest}
  >
    {children}
    {count === undefined ? null : <span className="figures rounded-full bg-sunken px-1.5 text-xs text-faint">{count}</span>}
  </Radix.Trigger>
);

export const TabPanel = ({ className, ...rest }: ComponentProps<typeof Radix.Content>) => (
  <Radix.Content className={cn('pt-5 focus-visible:outline-offset-8', className)} {...rest} />
);
