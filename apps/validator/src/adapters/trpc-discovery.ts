import { createTRPCClient, httpLink } from '@trpc/client';
import type { DiscoveryRouter } from '@muster/api/types';
import type { GuardedFetch } from '@muster/runtime/guarded-fetch';
import type { DiscoveryPeer } from '../ports/peers.ts';
import { toPeerError } from './trpc-errors.ts';

/** Discovery over HTTP at a run's URI, which is a stranger's word: hence the guarded fetch. */
export function createTrpcDiscovery({ fetch, signal }: { fetch: GuardedFetch; signal: AbortSignal }): DiscoveryPeer {
  const at = (url: string) => createTRPCClient<DiscoveryRouter>({ links: [httpLink({ url, fetch })] });
  return {
    async queryEndpoint(uri, envelope) {
      try {
        return await at(uri).queryEndpoint.mutate({ envelope }, { signal });
      } catch (error) {
        throw toPeerError(error, 'DISCOVERY_UNREACHABLE');
      }
    },
    async publishEvidence(uri, evidence) {
      try {
        await at(uri).publishEvidence.mutate(evidence, { signal });
      } catch (error) {
        throw toPeerError(error, 'DISCOVERY_UNREACHABLE');
      }
    },
    async relay(uri, call, until) {
      try {
        const { sealed } = await at(uri).relay.mutate(call, { signal: until === null ? signal : AbortSignal.any([signal, until]) });
        return sealed;
      } catch (error) {
        throw toPeerError(error, 'DISCOVERY_UNREACHABLE');
      }
    },
  };
}
