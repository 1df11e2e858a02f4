import { createTRPCClient, httpLink } from '@trpc/client';
import { capabilitiesHash, capabilitiesSchema, type CapabilityDocument } from '@muster/protocol/capabilities';
import type { RegistrationRow, RunRow } from '@muster/db/rows';
import { AppError } from '@muster/protocol/errors/app-error';
import { unwrap } from '@muster/protocol/errors/result';
import { verifyEnvelope } from '@muster/protocol/messages/define-message';
import { EndpointAnnouncement } from '@muster/protocol/messages/endpoint-announcement';
import { EndpointQuery } from '@muster/protocol/messages/endpoint-query';
import { audienceOfOrigin, newHeader } from '@muster/protocol/messages/header';
import { signWithRetry } from '@muster/protocol/messages/sign-with-retry';
import { locationOf, type NodeLocation } from '@muster/protocol/relay/node-location';
import type { Deps } from '../../app/deps.ts';
import type { DiscoveryRouter } from '../../routers/discovery-router.ts';
import { linkFetch } from '../../trpc-fetch.ts';
import { peerError } from '../peer-error.ts';

export type Endpoint = { location: NodeLocation; capabilities: CapabilityDocument };

const QUERY_TTL_MS = 30_000;

/**
 * Asks the run's discovery, over HTTP at the run's own URI even when it is this very server, where a node is. The answer is the node's
 * own signed announcement, and is checked like a stranger's. Throws what discovery refuses with, or DISCOVERY_UNREACHABLE.
 */
export async function findEndpoint(
  deps: Pick<Deps, 'domain' | 'signer' | 'clock' | 'fetch'>,
  run: RunRow,
  registration: RegistrationRow,
): Promise<Endpoint> {
  const { domain, signer, clock, fetch } = deps;
  const { runId, discoveryUri } = run;
  const { node } = registration;
  const client = createTRPCClient<DiscoveryRouter>({ links: [httpLink({ url: discoveryUri, fetch: linkFetch(fetch) })] });
  const audience = audienceOf(discoveryUri);
  const answer = await signWithRetry(EndpointQuery, {
    domain,
    signer,
    now: clock.now(),
    build: (now) => ({
      ...newHeader({ runId, sender: signer.address, audience, now, ttlMs: QUERY_TTL_MS }),
      node,
      role: 'master' as const,
    }),
    send: (envelope) => client.queryEndpoint.mutate({ envelope }),
  }).catch((error: unknown) => {
    throw peerError(error, 'DISCOVERY_UNREACHABLE');
  });

  const { message } = unwrap(
    verifyEnvelope(EndpointAnnouncement, answer.announcement, { domain, now: clock.now(), audience, expectedSigner: node }),
  );
  if (message.runId !== runId || message.seq !== registration.seq) throw new AppError('ANNOUNCEMENT_STALE');
  const capabilities = capabilitiesSchema.parse(answer.capabilities);
  if (capabilitiesHash(capabilities) !== registration.capabilitiesHash) throw new AppError('CAPABILITIES_MISMATCH');
  return { location: locationOf(message, discoveryUri), capabilities };
}

function audienceOf(uri: string) {
  if (!URL.canParse(uri)) throw new AppError('ADDRESS_REFUSED', { publicMessage: "The run's discovery URI is not a URL.", data: { uri } });
  return audienceOfOrigin(uri);
}
