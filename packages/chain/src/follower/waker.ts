import type { Clock } from '@muster/runtime/clock';

/** Lets others cut a loop's sleep short and wait for the turn that follows. */
export interface Waker {
  /** Called by the loop when a turn begins; call the result when it has ended. */
  begin(): () => void;
  sleep(ms: number, options: { clock: Clock; signal: AbortSignal }): Promise<void>;
  /** Resolves after the next turn that begins from now on, or when the loop has stopped. */
  request(): Promise<void>;
}

export function createWaker(): Waker {
  let waiting: (() => void)[] = [];
  let alarm: (() => void) | undefined;
  let stopped = false;

  return {
    begin() {
      const served = waiting;
      waiting = [];
      return () => {
        for (const resolve of served) resolve();
      };
    },
    async sleep(ms, { clock, signal }) {
      if (waiting.length === 0 && !signal.aborted) {
        const nap = new AbortController();
        alarm = () => nap.abort();
        await clock.sleep(ms, AbortSignal.any([signal, nap.signal])).catch(() => undefined);
        alarm = undefined;
      }
      if (!signal.aborted) return;
      stopped = true;
      for (const resolve of waiting) resolve();
    },
    request() {
      if (stopped) return Promise.resolve();
      return new Promise((resolve) => {
        waiting.push(resolve);
        alarm?.();
      });
    },
  };
}
