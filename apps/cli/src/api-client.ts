import { createTRPCClient, createWSClient, httpLink, wsLink, type TRPCClient } from '@trpc/client';
import type { inferRouterOutputs } from '@trpc/server';
import type { BuyerRouter } from '@muster/api/types';
import './global-websocket.ts';

export type ApiClient = TRPCClient<BuyerRouter>;
export type ApiOutputs = inferRouterOutputs<BuyerRouter>;

const REQUEST_TIMEOUT_MS = 60_000;

/** Queries and mutations over plain HTTP, one request each. */
export function createApiClient({ url, token, signal }: { url: string; token: string | null; signal: AbortSignal }): ApiClient {
  return createTRPCClient<BuyerRouter>({
    links: [
      httpLink({
        url: `${trim(url)}/api/trpc`,
        headers: token === null ? {} : { authorization: `Bearer ${token}` },
        fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]) }),
      }),
    ],
  });
}

/** Subscriptions over one WebSocket, which reconnects by itself until closed. */
export function createLiveClient({ url, token }: { url: string; token: string }): { api: ApiClient; close(): Promise<void> } {
  const socket = createWSClient({
    url: `${trim(url).replace(/^http/, 'ws')}/api/trpc`,
    connectionParams: { authorization: `Bearer ${token}` },
    retryDelayMs: (attempt) => Math.min(500 * 2 ** attempt, 10_000),
  });
  return { api: createTRPCClient<BuyerRouter>({ links: [wsLink({ client: socket })] }), close: () => socket.close() };
}

const trim = (url: string): string => url.replace(/\/+$/, '');
