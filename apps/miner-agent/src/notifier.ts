/** Lets a loop sleep until there is something to do. A notice that comes while nobody waits is kept. */
export interface Notifier {
  notify(): void;
  /** Resolves at the next notice, at once if one is pending, after `timeoutMs`, or when the signal aborts; never rejects. */
  wait(options: { signal: AbortSignal; timeoutMs?: number }): Promise<void>;
}

export function createNotifier(): Notifier {
  let pending = false;
  let wake: (() => void) | null = null;
  return {
    notify() {
      pending = true;
      wake?.();
    },
    async wait({ signal, timeoutMs }) {
      if (!pending && !signal.aborted) {
        let timer: NodeJS.Timeout | undefined;
        let onAbort: (() => void) | undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
          onAbort = resolve;
          signal.addEventListener('abort', () => resolve(), { once: true });
          if (timeoutMs !== undefined) timer = setTimeout(resolve, timeoutMs);
        });
        wake = null;
        clearTimeout(timer);
        if (onAbort) signal.removeEventListener('abort', onAbort);
      }
      pending = false;
    },
  };
}
