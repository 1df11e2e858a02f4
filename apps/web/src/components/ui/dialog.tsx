'use client';
import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from '../../lib/cn.ts';
import { Button } from './button.tsx';

type DialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
  className?: string;
};

/** Who opens a form wants to fill it in; without a field the first control has the focus. */
function focusFirstField(event: Event): void {
  const field = event.currentTarget instanceof HTMLElement ? event.currentTarget.querySelector('input') : null;
  if (field === null) return;
  event.preventDefault();
  field.focus();
}

/** A centred panel; on a phone it sits on the bottom edge, in the thumb's reach. */
export const Dialog = ({ open, onOpenChange, title, description, children, footer, className }: DialogProps) => (
  <Radix.Root open={open} onOpenChange={onOpenChange}>
    <Radix.Portal>
      <Radix.Overlay className="fixed inset-0 z-40 animate-fade bg-black/45 backdrop-blur-[2px]" />
      <Radix.Content
        {...(description ? {} : { 'aria-describedby': undefined })}
        onOpenAutoFocus={focusFirstField}
        className={cn(
          'fixed inset-x-0 bottom-0 z-50 flex max-h-[88dvh] animate-pop flex-col rounded-t-xl bg-surface shadow-float ring-1 ring-line focus:outline-none',
          'sm:inset-x-auto sm:top-1/2 sm:bottom-auto sm:left-1/2 sm:w-[calc(100vw-2rem)] sm:max-w-md sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-xl',
          className,
        )}
      >
        <div className="flex items-start gap-4 p-6 pb-0">
          <div className="flex min-w-0 flex-1 flex-col gap-1.5">
            <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
            {description ? <Radix.Description className="text-sm text-muted">{description}</Radix.Description> : null}
          </div>
          <Radix.Close asChild>
            <Button variant="ghost" size="icon-sm" aria-label="Close" className="-mt-1 -mr-2">
              <X aria-hidden />
            </Button>
          </Radix.Close>
        </div>
        <div className="overflow-y-auto p-6 pt-5">{children}</div>
        {footer ? (
          <div className="flex flex-col-reverse gap-2 border-t border-line px-6 py-4 sm:flex-row sm:justify-end">{footer}</div>
        ) : null}
      </Radix.Content>
    </Radix.Portal>
  </Radix.Root>
);
