import { formatBytes, formatDuration } from './format.ts';
import type { AllocationView } from './trpc/outputs.ts';

const SIGNALS: Readonly<Record<number, string>> = { 130: 'SIGINT', 137: 'SIGKILL', 139: 'a segmentation fault (SIGSEGV)', 143: 'SIGTERM' };

/** What a container's exit code means: a program ended by signal n exits with 128 + n. */
export function explainExit({ exitCode, oomKilled }: Pick<AllocationView, 'exitCode' | 'oomKilled'>): string | null {
  if (oomKilled) return `Killed because it ran out of memory${exitCode === null ? '' : ` (exit code ${exitCode})`}`;
  if (exitCode === null) return null;
  if (exitCode === 0) return 'Exit code 0';
  if (exitCode === 127) return 'Exit code 127: the command was not found in the image';
  if (exitCode === 126) return 'Exit code 126: the command cannot be executed';
  const signal = SIGNALS[exitCode];
  return signal ? `Exit code ${exitCode}: ended by ${signal}` : `Exit code ${exitCode}`;
}

export function pullText({ current, total }: { current: number; total: number }): string {
  return total > 0 ? `${formatBytes(current)} of ${formatBytes(total)}` : formatBytes(current);
}

/** Between 0 and 1; an image that was all there already is done. */
export const pullShare = ({ current, total }: { current: number; total: number }): number =>
  total > 0 ? Math.min(1, Math.max(0, current / total)) : 1;

/** How long the container ran, or has run until now; null where that cannot be said. */
export function ranFor({ startedAt, endedAt }: Pick<AllocationView, 'startedAt' | 'endedAt'>, nowMs: number | null): string | null {
  const end = endedAt === null ? nowMs : Date.parse(endedAt);
  if (startedAt === null || end === null) return null;
  return formatDuration(end - Date.parse(startedAt));
}
