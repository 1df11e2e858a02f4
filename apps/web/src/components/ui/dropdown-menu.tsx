'use client';
import { DropdownMenu as Radix } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from '../../lib/cn.ts';

type MenuProps = { trigger: ReactNode; children: ReactNode; align?: 'start' | 'end'; className?: string };

export const Menu = ({ trigger, children, align = 'end', className }: MenuProps) => (
  <Radix.Root>
    <Radix.Trigger asChild>{trigger}</Radix.Trigger>
    <Radix.Portal>
      <Radix.Content
        align={align}
        sideOffset={6}
        collisionPadding={12}
        className={cn('z-50 min-w-52 animate-pop rounded-lg bg-raised p-1 shadow-float ring-1 ring-line focus:outline-none', className)}
      >
        {children}
      </Radix.Content>
    </Radix.Portal>
  </Radix.Root>
);

const ITEM =
  'flex cursor-default items-center gap-2.5 rounded-sm px-2.5 py-2 text-sm outline-none select-none data-[disabled]:opacity-45 data-[highlighted]:bg-hover [&_svg]:size-4 [&_svg]:text-faint';

export const MenuItem = ({ className, danger, ...rest }: ComponentProps<typeof Radix.Item> & { danger?: boolean }) => (
  <Radix.Item className={cn(ITEM, danger && 'text-bad [&_svg]:text-bad', className)} {...rest} />
);

export const MenuSeparator = () => <Radix.Separator className="my-1 h-px bg-line" />;

export const MenuLabel = ({ children }: { children: ReactNode }) => (
  <Radix.Label className="px-2.5 pt-2 pb-1.5 text-xs text-faint">{children}</Radix.Label>
);
