import { QueryClient } from '@tanstack/react-query';
import { isRetryable } from '../errors/user-error.ts';

/** Hints over the WebSocket say when something is stale; the interval of a query is the safety net. */
export const makeQueryClient = ({ retries = 3 }: { retries?: number } = {}): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (failures, error) => failures < retries && isRetryable(error),
        retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 8_000),
      },
    },
  });
