import { randomUUID } from 'node:crypto';
import { findAnnouncement } from '@muster/db/repositories/announcements';
import { addRelayedCall, findRelayedCall, removeRelayedCall } from '@muster/db/repositories/relay';
import { fromHex, toHex } from '@muster/protocol/bytes';
import { AppError } from '@muster/protocol/errors/app-error';
import { unwrap } from '@muster/protocol/errors/result';
import { verifyEnvelope } from '@muster/protocol/messages/define-message';
import { EndpointAnnouncement } from '@muster/protocol/messages/endpoint-announcement';
import { audienceOfOrigin } from '@muster/protocol/messages/header';
import { acceptOnce } from '@muster/protocol/messages/nonce-guard';
import { RelayCall } from '@muster/protocol/messages/relay-call';
import { hashOfSealed } from '@muster/protocol/relay/relayed-call';
import type { Hex } from 'viem';
import type { Deps } from '../../app/deps.ts';
import { relayedTopic, relayTopic } from '../../live/topics.ts';
import type { IncomingEnvelope } from '../../shapes/envelope.ts';
import type { RateLimiter } from '../rate-limiter.ts';
import { requireAsker } from './require-standing.ts';

/** Of calls that wait for one node: it answers challenges one at a time anyway. */
const MAX_WAITING = 8;
/** Validators leave this many of them to the master: no challenge keeps an invite away. */
const FOR_MASTER = 1;
/** What one asker sends may be anything; it does not keep the others away. */
const MAX_OF_ASKER = 3;
/** For a node whose socket has just broken to come back. Whoever has none after that is not waited for. */
const CONNECT_MS = 5_000;
/** A hint may be lost. */
const LOOK_MS = 1_000;

/**
 * Hands sealed bytes to a relayed node and brings back its sealed answer; what they say is between the two. For a validator of the run or
 * its master. Throws what refuses the asker, or ENDPOINT_UNREACHABLE for a node that is away or does not answer in time.
 */
export async function relayCall(
  deps: Deps,
  askers: RateLimiter,
  { envelope, sealed }: { envelope: IncomingEnvelope; sealed: Hex },
): Promise<{ sealed: Hex }> {
  const { db, domain, clock, nonces, settings, live, logger } = deps;
  const audience = audienceOfOrigin(settings.discoveryUri);
  const verified = unwrap(verifyEnvelope(RelayCall, envelope, { domain, now: clock.now(), audience }));
  const { runId, sender, node, role, sealedHash, expiresAt } = verified.message;
  if (hashOfSealed(sealed) !== sealedHash)
    throw new AppError('BAD_INPUT', { publicMessage: 'The sealed bytes are not those that the envelope names.' });
  askers.take(sender);
  unwrap(await acceptOnce(nonces, verified));
  const registration = await requireAsker(deps, { runId, node, sender, role });
  const announcement = await findAnnouncement(db, { runId, node });
  if (announcement === null || announcement.seq !== registration.seq) throw new AppError('ANNOUNCEMENT_MISSING');
  if (!EndpointAnnouncement.envelopeSchema.parse(announcement.envelope).message.relay)
    throw new AppError('ENDPOINT_UNREACHABLE', { publicMessage: 'The node announces an endpoint: call it there.' });

  const callId = randomUUID();
  const ttlMs = Math.max(1, expiresAt - clock.now());
  const added = await addRelayedCall(db, {
    callId,
    runId,
    node,
    asker: sender,
    request: fromHex(sealed),
    ttlMs,
    maxWaiting: role === 'master' ? MAX_WAITING : MAX_WAITING - FOR_MASTER,
    maxOfAsker: MAX_OF_ASKER,
  });
  if (!added) throw new AppError('RATE_LIMITED', { publicMessage: 'Too many calls wait for this node.', data: { retryAfterMs: 5_000 } });
  live.publish([relayTopic(runId, node)]);
  try {
    const answer = await waitForAnswer(deps, { callId, ttlMs });
    logger.info({ event: 'relay.answered', runId, node, role, from: sender, callId }, 'a relayed call was answered');
    return { sealed: toHex(answer) };
  } finally {
    await removeRelayedCall(db, callId).catch((err: unknown) =>
      logger.debug({ event: 'relay.kept', callId, err }, 'it goes when it expires'),
    );
  }
}

async function waitForAnswer(
  { db, live, clock, stopping }: Deps,
  { callId, ttlMs }: { callId: string; ttlMs: number },
): Promise<Uint8Array> {
  const start = clock.now();
  const watcher = live.watch([relayedTopic(callId)], stopping);
  try {
    for (;;) {
      const call = await findRelayedCall(db, callId);
      if (call?.answer) return call.answer;
      if (stopping.aborted) throw new AppError('UNAVAILABLE');
      const waitedMs = clock.now() - start;
      if (call === null || waitedMs >= ttlMs)
        throw new AppError('ENDPOINT_UNREACHABLE', {
          publicMessage: 'The node did not answer over its relay in time, or had no answer to what was sent.',
        });
      if (!call.taken && waitedMs >= CONNECT_MS)
        throw new AppError('ENDPOINT_UNREACHABLE', {
          publicMessage: 'The node is to be reached by relay and keeps no connection to this discovery.',
          hint: 'Nothing is to be done: its agent connects again by itself, once it runs and reaches discovery.',
        });
      await watcher.next(Math.min(LOOK_MS, ttlMs - waitedMs));
    }
  } finally {
    watcher.close();
  }
}
