'use client';
import { useQuery } from '@tanstack/react-query';
import { useTRPC } from './trpc/client.ts';
import { masterInfo } from './trpc/queries.ts';

/** What the server says of itself and of its chain; asked again often enough for the banner to be true. */
export function useMasterInfo() {
  return useQuery(masterInfo(useTRPC()));
}
