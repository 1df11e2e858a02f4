/** Lets loops sleep until there is something to do. A notice that comes while nobody waits is kept for the next who does. */
export interface Notifier {
  notify(): void;
  /** Resolves at the next notice, at once if one is pending, after `timeoutMs`, or when the signal aborts; never rejects. */
  wait(options: { signal: AbortSignal; timeoutMs?: number }): Promise<void>;
}

export function createNotifier(): Notifier {
  const waiting = new Set<() => void>();
  let pending = false;

  return {
    notify() {
      pending = waiting.size === 0;
      for (const wake of waiting) wake();
    },
    async wait({ signal, timeoutMs }) {
      if (pending || signal.aborted) {
        pending = false;
        return;
      }
      await new Promise<void>((resolve) => {
        const timer = timeoutMs === undefined ? undefined : setTimeout(wake, timeoutMs);
        function wake(): void {
          clearTimeout(timer);
          signal.removeEventListener('abort', wake);
          waiting.delete(wake);
          resolve();
        }
        waiting.add(wake);
        signal.addEventListener('abort', wake);
      });
    },
  };
}
