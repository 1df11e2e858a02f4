import { QueryCache, QueryClient } from '@tanstack/react-query';
import { hasCode, isRetryable } from '../errors/user-error.ts';

/** Hints over the WebSocket say when something is stale; the interval of a query is the safety net. */
export function makeQueryClient({ retries = 3 }: { retries?: number } = {}): QueryClient {
  const client = new QueryClient({
    // A session that ended elsewhere is noticed by the first query that is refused: then everything asks who is signed in.
    queryCache: new QueryCache({
      onError: (error) => {
        if (hasCode(error, 'NOT_SIGNED_IN')) void client.invalidateQueries({ queryKey: [['auth', 'session']] });
      },
    }),
    // "Offline" says the browser of a machine without internet, whose Muster runs on the machine itself: only the server can tell.
    defaultOptions: {
      mutations: { networkMode: 'always' },
      queries: {
        networkMode: 'always',
        staleTime: 10_000,
        retry: (failures, error) => failures < retries && isRetryable(error),
        retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 8_000),
      },
    },
  });
  return client;
}
