import { createTRPCClient, httpLink } from '@trpc/client';
import type { MinerRouter } from '@muster/api/types';
import type { GuardedFetch } from '@muster/runtime/guarded-fetch';
import type { NodePeer } from '../ports/peers.ts';
import { toPeerError } from './trpc-errors.ts';

/** A node's inbound API at the endpoint that it announced, which is a stranger's word: hence the guarded fetch. */
export function createTrpcNode({ fetch, signal }: { fetch: GuardedFetch; signal: AbortSignal }): NodePeer {
  return {
    async challenge(endpoint, envelope, timeoutMs) {
      const client = createTRPCClient<MinerRouter>({ links: [httpLink({ url: endpoint, fetch })] });
      try {
        const answer = await client.challenge.mutate({ envelope }, { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
        return answer.envelope;
      } catch (error) {
        throw toPeerError(error, 'ENDPOINT_UNREACHABLE');
      }
    },
  };
}
