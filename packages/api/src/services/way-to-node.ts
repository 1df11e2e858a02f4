import { createTRPCClient, httpLink } from '@trpc/client';
import type { NodeLocation } from '@muster/protocol/relay/node-location';
import { reachNode } from '@muster/protocol/relay/reach-node';
import type { Deps } from '../app/deps.ts';
import type { DiscoveryRouter } from '../routers/discovery-router.ts';
import { linkFetch } from '../trpc-fetch.ts';
import { peerError } from './peer-error.ts';

/** Under the guarded fetch's own time-out, so that what discovery says about a silent node arrives. */
const RELAY_TTL_MS = 8_000;

/** How the master speaks to a node: at its endpoint, or by the relay of the run's discovery, which may be this very server. */
export function wayTo(deps: Pick<Deps, 'domain' | 'signer' | 'clock' | 'fetch'>, location: NodeLocation) {
  const { domain, signer, clock, fetch } = deps;
  return reachNode(location, {
    domain,
    signer,
    role: 'master',
    now: () => clock.now(),
    timeoutMs: RELAY_TTL_MS,
    fetch,
    async relay(discoveryUri, call, signal) {
      const client = createTRPCClient<DiscoveryRouter>({ links: [httpLink({ url: discoveryUri, fetch: linkFetch(fetch) })] });
      try {
        return (await client.relay.mutate(call, signal === null ? {} : { signal })).sealed;
      } catch (error) {
        throw peerError(error, 'DISCOVERY_UNREACHABLE');
      }
    },
  });
}
