'use client';
import { QueryClientProvider } from '@tanstack/react-query';
import { createContext, use, useState, type ReactNode } from 'react';
import { TRPCProvider } from './client.ts';
import { createBrowserClient } from './links.ts';
import { makeQueryClient } from './query-client.ts';

const DropSocket = createContext<() => void>(() => undefined);

/** Call it after signing in or out. */
export const useDropSocket = (): (() => void) => use(DropSocket);

export const ApiProvider = ({ children }: { children: ReactNode }) => {
  const [queryClient] = useState(makeQueryClient);
  const [{ client, dropSocket }] = useState(createBrowserClient);
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={client} queryClient={queryClient}>
        <DropSocket value={dropSocket}>{children}</DropSocket>
      </TRPCProvider>
    </QueryClientProvider>
  );
};
