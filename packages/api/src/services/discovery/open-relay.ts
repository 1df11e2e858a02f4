import { randomUUID } from 'node:crypto';
import { lookAtLink, openRelayLink, takeRelayedCalls } from '@muster/db/repositories/relay';
import { isLive } from '@muster/domain/registry/standing';
import { toHex } from '@muster/protocol/bytes';
import { AppError } from '@muster/protocol/errors/app-error';
import { unwrap } from '@muster/protocol/errors/result';
import { verifyEnvelope } from '@muster/protocol/messages/define-message';
import { audienceOfOrigin } from '@muster/protocol/messages/header';
import { acceptOnce } from '@muster/protocol/messages/nonce-guard';
import { RelayOpen } from '@muster/protocol/messages/relay-open';
import type { RelayItem } from '@muster/protocol/relay/relay-item';
import type { Deps } from '../../app/deps.ts';
import { relayTopic } from '../../live/topics.ts';
import type { IncomingEnvelope } from '../../shapes/envelope.ts';
import type { RelayDoor } from './relay-door.ts';
import { requireRegistered } from './require-standing.ts';

/** A hint may be lost; and a registration may end while the socket stands. */
const LOOK_MS = 15_000;

/**
 * A relayed node's socket: its link's id, then every call for it, from whichever copy of the server took it. Ends with RELAY_SUPERSEDED
 * when a newer link of the node is there, and with NOT_REGISTERED when its registration has ended.
 */
export async function* openRelay(
  deps: Deps,
  door: Pick<RelayDoor, 'opened' | 'closed'>,
  { envelope, signal }: { envelope: IncomingEnvelope; signal: AbortSignal | undefined },
): AsyncGenerator<RelayItem> {
  const { db, live, logger } = deps;
  const link = await admit(deps, envelope);
  const { runId, node, linkId } = link;
  // The older link's copy of the server looks at once, and lets go of it.
  live.publish([relayTopic(runId, node)]);
  const watcher = live.watch([relayTopic(runId, node)], signal);
  logger.info({ event: 'relay.opened', runId, node, linkId }, 'the node can be reached by relay');
  door.opened(link);
  try {
    yield { kind: 'opened', linkId };
    while (signal?.aborted !== true) {
      const calls = (await isAskedFor(deps, link)) ? await takeRelayedCalls(db, link) : [];
      for (const { callId, request, ttlMs } of calls) yield { kind: 'call', callId, sealed: toHex(request), ttlMs };
      await watcher.next(LOOK_MS);
    }
  } finally {
    watcher.close();
    door.closed(linkId);
    logger.info({ event: 'relay.closed', runId, node, linkId }, 'a relay link has ended');
  }
}

type Link = { runId: string; node: string; seq: number; linkId: string };

/** "Node registered, live standing; newer supersedes older." */
async function admit(deps: Deps, envelope: IncomingEnvelope): Promise<Link> {
  const { db, domain, clock, nonces, settings } = deps;
  const audience = audienceOfOrigin(settings.discoveryUri);
  const verified = unwrap(verifyEnvelope(RelayOpen, envelope, { domain, now: clock.now(), audience }));
  const { runId, sender: node, seq, sequence } = verified.message;
  unwrap(await acceptOnce(nonces, verified));
  const registration = await requireRegistered(deps, { runId, node });
  if (registration.seq !== seq) throw new AppError('STALE_REGISTRATION', { data: { seq: registration.seq } });
  const link = { runId, node, seq, linkId: randomUUID() };
  if (!(await openRelayLink(db, { ...link, sequence }))) throw new AppError('RELAY_SUPERSEDED');
  return link;
}

/**
 * Whether a call waits. The standing is by the mirror, which may lag but does not lie: every call is checked against the chain itself.
 * Throws RELAY_SUPERSEDED, NOT_REGISTERED.
 */
async function isAskedFor({ db }: Deps, link: Link): Promise<boolean> {
  const { current, waiting, seq, standing } = await lookAtLink(db, link);
  if (!current) throw new AppError('RELAY_SUPERSEDED');
  // Absence says nothing: the mirror may not have seen the registration yet.
  if (seq === link.seq && standing !== null && !isLive(standing)) throw new AppError('NOT_REGISTERED', { data: { standing } });
  return waiting;
}
