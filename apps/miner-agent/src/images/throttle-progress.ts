import type { PullProgress } from '../ports/container-runtime.ts';

export interface ThrottleOptions {
  everyMs: number;
  monotonic: () => number;
}

/** Passes on the first of each stage, the last, and between them no more than one per interval: each is a report to the master. */
export function throttleProgress(
  onProgress: (progress: PullProgress) => void,
  { everyMs, monotonic }: ThrottleOptions,
): (progress: PullProgress) => void {
  let last: { at: number; stage: PullProgress['stage']; isDone: boolean } | null = null;
  return (progress) => {
    const isDone = progress.current >= progress.total;
    if (last?.stage === progress.stage && (isDone ? last.isDone : monotonic() - last.at < everyMs)) return;
    last = { at: monotonic(), stage: progress.stage, isDone };
    onProgress(progress);
  };
}
