'use client';
import { toast } from 'sonner';
import { toUserError } from './errors/user-error.ts';

/** A failed action, in a toast that stays long enough to be read: what happened, and what to do. */
export function notifyError(error: unknown): void {
  const { message, hint } = toUserError(error);
  toast.error(message, { description: hint, duration: 10_000 });
}

export const notifyDone = (message: string, description?: string): void => void toast.success(message, { description });
