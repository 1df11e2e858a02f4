import { createPublicClient, http, type Account, type Chain, type HttpTransport, type PublicClient } from 'viem';
import { networkOf } from './networks.ts';

export type ChainClient = PublicClient<HttpTransport, Chain, Account | undefined>;

export interface ChainClientOptions {
  chainId: number;
  rpcUrl: string;
  /** Per request. */
  timeoutMs?: number;
  retries?: number;
}

/**
 * A client for reading. Calls made in the same tick travel as one JSON-RPC batch: behind a load balancer that makes one
 * machine answer them all, which the follower relies on for answers that fit each other. Nothing is cached.
 */
export function createChainClient({ chainId, rpcUrl, timeoutMs = 10_000, retries = 2 }: ChainClientOptions): ChainClient {
  const { chain, pollMs } = networkOf(chainId);
  return createPublicClient({
    chain,
    transport: http(rpcUrl, { timeout: timeoutMs, retryCount: retries, retryDelay: 200, batch: { batchSize: 50 } }),
    pollingInterval: pollMs,
    cacheTime: 0,
  });
}
