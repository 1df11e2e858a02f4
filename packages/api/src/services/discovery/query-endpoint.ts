import { findAnnouncement } from '@muster/db/repositories/announcements';
import { capabilitiesSchema } from '@muster/protocol/capabilities';
import { AppError } from '@muster/protocol/errors/app-error';
import { unwrap } from '@muster/protocol/errors/result';
import { verifyEnvelope } from '@muster/protocol/messages/define-message';
import { EndpointAnnouncement } from '@muster/protocol/messages/endpoint-announcement';
import { EndpointQuery } from '@muster/protocol/messages/endpoint-query';
import { audienceOfOrigin } from '@muster/protocol/messages/header';
import { acceptOnce } from '@muster/protocol/messages/nonce-guard';
import type { Deps } from '../../app/deps.ts';
import type { IncomingEnvelope } from '../../shapes/envelope.ts';
import type { EndpointAnswer } from './discovery-service.ts';
import { requireAsker } from './require-standing.ts';
import type { RateLimiter } from '../rate-limiter.ts';

/** Tells a validator of the run, or the run's master, where a node is; nobody else, and only while the node is registered. */
export async function queryEndpoint(
  deps: Deps,
  askers: RateLimiter,
  { envelope }: { envelope: IncomingEnvelope },
): Promise<EndpointAnswer> {
  const { db, domain, clock, nonces, settings, logger } = deps;
  const audience = audienceOfOrigin(settings.discoveryUri);
  const verified = unwrap(verifyEnvelope(EndpointQuery, envelope, { domain, now: clock.now(), audience }));
  const { runId, sender, node, role } = verified.message;
  // After the signature, so that nobody can use up another's share.
  askers.take(sender);
  unwrap(await acceptOnce(nonces, verified));

  const registration = await requireAsker(deps, { runId, node, sender, role });
  const announcement = await findAnnouncement(db, { runId, node });
  if (announcement === null || announcement.seq !== registration.seq) throw new AppError('ANNOUNCEMENT_MISSING');
  logger.info(
    { event: 'endpoint.returned', runId, node, role, to: sender, standing: registration.standing },
    'the chain knows the asker: it gets the endpoint',
  );
  return {
    announcement: EndpointAnnouncement.envelopeSchema.parse(announcement.envelope),
    capabilities: capabilitiesSchema.parse(announcement.capabilities),
  };
}
