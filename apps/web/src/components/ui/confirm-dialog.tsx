'use client';
import { AlertDialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';

type ConfirmDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** What will happen, and what will not. */
  children: ReactNode;
  confirmLabel: string;
  busy?: boolean;
  danger?: boolean;
  onConfirm: () => void;
};

/** Asks before something that cannot be taken back. It stays open until the caller closes it. */
export const ConfirmDialog = ({
  open,
  onOpenChange,
  title,
  children,
  confirmLabel,
  busy = false,
  danger = true,
  onConfirm,
}: ConfirmDialogProps) => (
  <Radix.Root open={open} onOpenChange={onOpenChange}>
    <Radix.Portal>
      <Radix.Overlay className="fixed inset-0 z-40 animate-fade bg-black/45 backdrop-blur-[2px]" />
      <Radix.Content className="fixed inset-x-0 bottom-0 z-50 animate-pop rounded-t-xl bg-surface p-6 shadow-float ring-1 ring-line focus:outline-none sm:inset-x-auto sm:top-1/2 sm:bottom-auto sm:left-1/2 sm:w-[calc(100vw-2rem)] sm:max-w-md sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-xl">
        <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
        <Radix.Description asChild>
          <div className="mt-2 space-y-3 text-sm text-muted">{children}</div>
        </Radix.Description>
        <div className="mt-6 flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
          <Radix.Cancel asChild>
            <Button disabled={busy}>Cancel</Button>
          </Radix.Cancel>
          <Button variant={danger ? 'danger' : 'primary'} busy={busy} onClick={onConfirm} data-testid="confirm">
            {confirmLabel}
          </Button>
        </div>
      </Radix.Content>
    </Radix.Portal>
  </Radix.Root>
);
