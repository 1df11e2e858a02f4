import type { PullProgress } from '../ports/container-runtime.ts';

/** One work for all who want the same at the same time, and no more than so many at once. */
export interface SharedPulls<T> {
  /** The work is given up when the last who waits for it has gone. Throws what the work throws, or the signal's reason. */
  join(key: string, waiter: Waiter, work: PullWork<T>): Promise<T>;
}

export interface Waiter {
  signal: AbortSignal;
  onProgress(progress: PullProgress): void;
}

export type PullWork<T> = (options: { signal: AbortSignal; onProgress(progress: PullProgress): void }) => Promise<T>;

interface Shared<T> {
  result: Promise<T>;
  abort: AbortController;
  waiters: Set<Waiter>;
  latest: PullProgress | null;
}

export function createSharedPulls<T>(limit: number): SharedPulls<T> {
  const running = new Map<string, Shared<T>>();
  const queue: (() => void)[] = [];
  let busy = 0;

  async function inTurn(signal: AbortSignal, onWait: () => void, work: () => Promise<T>): Promise<T> {
    if (busy >= limit) {
      onWait();
      await turn(signal);
    } else busy += 1;
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else busy -= 1;
    }
  }

  /** Resolves with the slot of one who is done. */
  function turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const take = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        queue.splice(queue.indexOf(take), 1);
        reject(signal.reason);
      };
      queue.push(take);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  function begin(key: string, work: PullWork<T>): Shared<T> {
    const abort = new AbortController();
    const waiters = new Set<Waiter>();
    const onProgress = (progress: PullProgress) => {
      shared.latest = progress;
      for (const waiter of waiters) waiter.onProgress(progress);
    };
    const onWait = () => onProgress({ stage: 'queue', current: 0, total: 0 });
    const result = Promise.resolve()
      .then(() => inTurn(abort.signal, onWait, () => work({ signal: abort.signal, onProgress })))
      .finally(() => running.get(key) === shared && running.delete(key));
    const shared: Shared<T> = { result, abort, waiters, latest: null };
    running.set(key, shared);
    return shared;
  }

  return {
    async join(key, waiter, work) {
      waiter.signal.throwIfAborted();
      const known = running.get(key);
      const shared = known && !known.abort.signal.aborted ? known : begin(key, work);
      shared.waiters.add(waiter);
      if (shared.latest) waiter.onProgress(shared.latest);
      let leave: () => void = () => undefined;
      const gone = new Promise<never>((_, reject) => {
        leave = () => reject(waiter.signal.reason);
        waiter.signal.addEventListener('abort', leave, { once: true });
      });
      try {
        return await Promise.race([shared.result, gone]);
      } finally {
        waiter.signal.removeEventListener('abort', leave);
        shared.waiters.delete(waiter);
        if (shared.waiters.size === 0) shared.abort.abort(new Error('nobody wants this image any more'));
        shared.result.catch(() => undefined);
      }
    },
  };
}
