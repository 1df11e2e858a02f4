import { capabilitiesHash, capabilitiesSchema } from '@muster/protocol/capabilities';
import { AppError } from '@muster/protocol/errors/app-error';
import { verifyEnvelope } from '@muster/protocol/messages/define-message';
import { EndpointAnnouncement } from '@muster/protocol/messages/endpoint-announcement';
import { EndpointQuery } from '@muster/protocol/messages/endpoint-query';
import { audienceOfOrigin, newHeader } from '@muster/protocol/messages/header';
import { signWithRetry } from '@muster/protocol/messages/sign-with-retry';
import { locationOf, type NodeLocation } from '@muster/protocol/relay/node-location';
import { httpUrlSchema } from '@muster/protocol/primitives';
import type { Hex } from 'viem';
import type { RoundJob } from '../ports/round.ts';
import type { RoundDeps } from './deps.ts';

const QUERY_TTL_MS = 60_000;

export interface LocatedNode {
  location: NodeLocation;
  announcementDigest: string;
}

/** Asks the run's discovery the way to the node, and believes only what the node itself has signed. Throws AppError. */
export async function locateNode(job: RoundJob, deps: RoundDeps): Promise<LocatedNode> {
  const { signer, domain, clock, discovery } = deps;
  const audience = audienceOf(job.discoveryUri);
  const { announcement, capabilities } = await signWithRetry(EndpointQuery, {
    domain,
    signer,
    now: clock.now(),
    build: (now) => ({
      ...newHeader({ runId: job.runId, sender: signer.address, audience, now, ttlMs: QUERY_TTL_MS }),
      node: job.node,
      role: 'validator' as const,
    }),
    send: (envelope) => discovery.queryEndpoint(job.discoveryUri, envelope),
  });
  const verified = verifyEnvelope(EndpointAnnouncement, announcement, { domain, now: clock.now(), audience, expectedSigner: job.node });
  if (!verified.ok) throw verified.error;
  const { message, digest } = verified.value;
  if (message.runId !== job.runId || message.seq !== job.seq) throw new AppError('ANNOUNCEMENT_STALE');
  if (message.capabilitiesHash !== job.capabilitiesHash || hashOf(capabilities) !== job.capabilitiesHash)
    throw new AppError('CAPABILITIES_MISMATCH');
  deps.logger.info(
    { event: 'endpoint.found', runId: job.runId, node: job.node, seq: job.seq, relay: message.relay, announcementDigest: digest },
    message.relay ? 'discovery relays to the node' : 'discovery gave the endpoint',
  );
  return { location: locationOf(message, job.discoveryUri), announcementDigest: digest };
}

/** A run's discovery URI is whatever its owner wrote on chain. */
function audienceOf(uri: string): Hex {
  if (httpUrlSchema.safeParse(uri).success) return audienceOfOrigin(uri);
  throw new AppError('DISCOVERY_UNREACHABLE', { publicMessage: "The run's discovery URI is not an http or https URL." });
}

/** Its schema first: hashing what has no bounds is work for a stranger. */
function hashOf(document: unknown): Hex | null {
  const parsed = capabilitiesSchema.safeParse(document);
  return parsed.success ? capabilitiesHash(parsed.data) : null;
}
