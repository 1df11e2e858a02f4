'use client';
import { Tooltip as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

export const TooltipProvider = Radix.Provider;

/** Adds to what is already said; never the only place where something is said. */
export const Tooltip = ({ content, children }: { content: ReactNode; children: ReactNode }) => (
  <Radix.Root>
    <Radix.Trigger asChild>{children}</Radix.Trigger>
    <Radix.Portal>
      <Radix.Content sideOffset={6} collisionPadding={12} className="z-50 max-w-72 animate-fade rounded-sm bg-ink px-2.5 py-1.5 text-xs text-canvas shadow-float">
        {content}
      </Radix.Content>
    </Radix.Portal>
  </Radix.Root>
);
