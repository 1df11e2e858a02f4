import type { Command } from 'commander';
import { UsageError } from './usage-error.ts';

export const withWait = (command: Command, what: string): Command =>
  command.option('--wait', what, false).option('--timeout <seconds>', 'how long to wait at most', '120');

/** Null without --wait. */
export function readWait(command: Command): { timeoutMs: number } | null {
  const { wait, timeout } = command.opts<{ wait: boolean; timeout: string }>();
  const seconds = Number(timeout);
  if (!Number.isFinite(seconds) || seconds <= 0) throw new UsageError('--timeout takes a number of seconds.', 'For example: --timeout 60');
  return wait ? { timeoutMs: seconds * 1000 } : null;
}
