import { saveAnnouncement } from '@muster/db/repositories/announcements';
import { capabilitiesHash, type CapabilityDocument } from '@muster/protocol/capabilities';
import { AppError } from '@muster/protocol/errors/app-error';
import { unwrap } from '@muster/protocol/errors/result';
import { verifyEnvelope } from '@muster/protocol/messages/define-message';
import { EndpointAnnouncement } from '@muster/protocol/messages/endpoint-announcement';
import { audienceOfOrigin } from '@muster/protocol/messages/header';
import { acceptOnce } from '@muster/protocol/messages/nonce-guard';
import { checkUrl } from '@muster/runtime/guarded-url';
import type { Deps } from '../../app/deps.ts';
import type { IncomingEnvelope } from '../../shapes/envelope.ts';
import { peerError } from '../peer-error.ts';
import type { Announced } from './discovery-service.ts';
import { requireRegistered } from './require-standing.ts';

/** Keeps where a node can be reached, once the chain has confirmed that the node is registered with just this document. */
export async function announceEndpoint(
  deps: Deps,
  { envelope, capabilities }: { envelope: IncomingEnvelope; capabilities: CapabilityDocument },
): Promise<Announced> {
  const { db, domain, clock, nonces, settings, logger } = deps;
  const audience = audienceOfOrigin(settings.discoveryUri);
  const verified = unwrap(verifyEnvelope(EndpointAnnouncement, envelope, { domain, now: clock.now(), audience }));
  const { runId, sender: node, seq, sequence, endpoint, relay, expiresAt } = verified.message;
  const hash = capabilitiesHash(capabilities);
  if (hash !== verified.message.capabilitiesHash) throw new AppError('CAPABILITIES_MISMATCH');
  if (!relay) requireReachable(endpoint, settings.isDev);
  unwrap(await acceptOnce(nonces, verified));

  const registration = await requireRegistered(deps, { runId, node });
  if (registration.seq !== seq) throw new AppError('STALE_REGISTRATION', { data: { seq: registration.seq } });
  if (registration.capabilitiesHash !== hash)
    throw new AppError('CAPABILITIES_MISMATCH', { data: { registered: registration.capabilitiesHash } });

  const saved = await saveAnnouncement(db, { runId, node, seq, sequence, envelope, capabilities, expiresAt: new Date(expiresAt) });
  if (!saved) throw new AppError('ANNOUNCEMENT_STALE');
  // The master's loop may be waiting for just this; it never learns the endpoint from here, it asks like everybody else.
  deps.live.publish(['invite']);
  logger.info(
    { event: 'announcement.accepted', runId, node, seq, standing: registration.standing },
    'the chain knows the node: its endpoint is kept',
  );
  return { accepted: true, expiresAt, standing: registration.standing };
}

/** Refuses at the door what no asker's guarded fetcher would visit. */
function requireReachable(endpoint: string, allowPrivate: boolean): void {
  try {
    checkUrl(endpoint, { allowPrivate });
  } catch (error) {
    throw peerError(error, 'ENDPOINT_UNREACHABLE');
  }
}
