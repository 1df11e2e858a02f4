'use client';
import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  now = Date.now();
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const unknown = (): null => null;

/**
 * Unix milliseconds, one tick a second, one timer for the whole page. Null on the server and while the page comes to life,
 * when nobody knows the reader's clock.
 */
export const useNow = (): number | null => useSyncExternalStore(subscribe, () => now, unknown);
