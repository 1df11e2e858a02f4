'use client';
import { useQuery } from '@tanstack/react-query';
import { useTRPC } from './trpc/client.ts';

/** What the server says of itself and of its chain; asked again often enough for the banner to be true. */
export function useMasterInfo() {
  const trpc = useTRPC();
  return useQuery(trpc.master.info.queryOptions(undefined, { staleTime: 10_000, refetchInterval: 15_000 }));
}
