'use client';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useState, useSyncExternalStore } from 'react';
import { useTRPC } from '../trpc/client.ts';
import { LogStore } from './log-store.ts';

export type LogRef = { taskId: string } | { allocationId: string };

/** Follows a log from its beginning. After a break the server sends all of it again; what was seen is ignored. */
export function useTaskLog(ref: LogRef) {
  const trpc = useTRPC();
  const [store] = useState(() => new LogStore());
  const { status, error } = useSubscription(trpc.log.follow.subscriptionOptions(ref, { onData: (chunk) => store.push(chunk) }));
  const snapshot = useSyncExternalStore(store.subscribe, store.getSnapshot, store.getSnapshot);
  return { snapshot, status, error };
}
