import { createTRPCClient, httpLink } from '@trpc/client';
import type { MinerRouter } from '@muster/api/types';
import { reachNode, type ReachOptions } from '@muster/protocol/relay/reach-node';
import type { NodePeer } from '../ports/peers.ts';
import { toPeerError } from './trpc-errors.ts';

export interface TrpcNodeOptions extends Pick<ReachOptions, 'domain' | 'signer' | 'now' | 'fetch' | 'relay'> {
  signal: AbortSignal;
}

/** A node's inbound API: at the endpoint that it announced, which is a stranger's word (hence the guarded fetch), or by relay. */
export function createTrpcNode({ signal, ...options }: TrpcNodeOptions): NodePeer {
  return {
    async challenge(location, envelope, timeoutMs) {
      const { endpoint: url, fetch } = reachNode(location, { ...options, role: 'validator', timeoutMs });
      const client = createTRPCClient<MinerRouter>({ links: [httpLink({ url, fetch })] });
      try {
        const answer = await client.challenge.mutate({ envelope }, { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
        return answer.envelope;
      } catch (error) {
        throw toPeerError(error, 'ENDPOINT_UNREACHABLE');
      }
    },
  };
}
