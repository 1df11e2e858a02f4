'use client';
import { useSyncExternalStore } from 'react';

/** The WebSocket of live updates: `idle` while nothing is watched, `broken` while it tries to come back. */
export type LinkState = 'idle' | 'open' | 'broken';

const listeners = new Set<() => void>();
let current: LinkState = 'idle';

export function setLink(next: LinkState): void {
  if (next === current) return;
  current = next;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useLinkState = (): LinkState =>
  useSyncExternalStore(
    subscribe,
    () => current,
    () => 'idle',
  );
