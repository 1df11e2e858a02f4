'use client';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTRPC } from '../trpc/client.ts';
import { LogBuffer, type LogChunk, type LogSnapshot } from './log-buffer.ts';

/** Chunks of one tenth of a second are drawn together: a program may print faster than a screen can show. */
const FLUSH_MS = 100;

export type LogRef = { taskId: string } | { allocationId: string };

/** Follows a log from its beginning. After a break the server sends all of it again; what was seen is ignored. */
export function useTaskLog(ref: LogRef) {
  const trpc = useTRPC();
  const [buffer] = useState(() => new LogBuffer());
  const [snapshot, setSnapshot] = useState<LogSnapshot>(buffer.snapshot);
  const waiting = useRef<LogChunk[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const flush = useCallback(() => {
    timer.current = undefined;
    const chunks = waiting.current;
    waiting.current = [];
    if (buffer.append(chunks)) setSnapshot(buffer.snapshot);
  }, [buffer]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const { status, error } = useSubscription(
    trpc.log.follow.subscriptionOptions(ref, {
      onData: (chunk) => {
        waiting.current.push(chunk);
        timer.current ??= setTimeout(flush, FLUSH_MS);
      },
    }),
  );
  return { snapshot, status, error };
}
