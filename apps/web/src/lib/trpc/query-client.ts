import { defaultShouldDehydrateQuery, QueryClient } from '@tanstack/react-query';
import { isRetryable } from '../errors/user-error.ts';

/** Hints over the WebSocket say when something is stale; the interval of a query is the safety net. */
export const makeQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (failures, error) => failures < 3 && isRetryable(error),
        retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 8_000),
      },
      dehydrate: {
        shouldDehydrateQuery: (query) => defaultShouldDehydrateQuery(query),
      },
    },
  });
