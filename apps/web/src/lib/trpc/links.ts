import type { BuyerRouter } from '@muster/api/types';
import { createTRPCClient, createWSClient, httpBatchLink, splitLink, wsLink } from '@trpc/client';
import { setLink } from './link-state.ts';

/** Queries and mutations over HTTP, subscriptions over a WebSocket that opens with the first of them. */
export function createBrowserClient() {
  const origin = typeof window === 'undefined' ? 'http://localhost' : window.location.origin;
  const socket = createWSClient({
    url: `${origin.replace(/^http/, 'ws')}/api/trpc`,
    lazy: { enabled: true, closeMs: 10_000 },
    keepAlive: { enabled: true, intervalMs: 15_000, pongTimeoutMs: 5_000 },
  });
  socket.connectionState.subscribe({ next: ({ state, error }) => setLink(state === 'pending' ? 'open' : error ? 'broken' : 'idle') });
  const client = createTRPCClient<BuyerRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === 'subscription',
        true: wsLink({ client: socket }),
        false: httpBatchLink({ url: `${origin}/api/trpc`, maxURLLength: 6_000 }),
      }),
    ],
  });
  /** A socket keeps the cookie that it was opened with: after signing in or out the next one must be opened anew. */
  const dropSocket = (): void => socket.connection?.ws.close();
  return { client, dropSocket };
}
