import { AppError } from '@muster/protocol/errors/app-error';
import { unwrap } from '@muster/protocol/errors/result';
import { createEphemeral, deriveSessionKeys, type SessionKeys } from '@muster/protocol/crypto/mac';
import type { Signer } from '@muster/protocol/crypto/signer';
import { digestOf, verifyEnvelope, type Envelope } from '@muster/protocol/messages/define-message';
import type { MusterDomain } from '@muster/protocol/messages/domain';
import { audienceOfAddress, newHeader } from '@muster/protocol/messages/header';
import { SessionAccept } from '@muster/protocol/messages/session-accept';
import { SessionOpen } from '@muster/protocol/messages/session-open';
import { signWithRetry } from '@muster/protocol/messages/sign-with-retry';
import { z } from 'zod';
import type { MasterLink } from '../adapters/master/master-link.ts';
import type { AcceptedInvite, AgentState } from '../state/agent-state.ts';
import type { JsonStore } from '../state/json-store.ts';
import { restBetweenBeats } from './pace.ts';

export interface OpenedSession {
  sessionId: string;
  generation: number;
  inviteDigest: string;
  keys: SessionKeys;
  /** As the node keeps it, whatever the master asks. */
  heartbeatMs: number;
  lostAfterMs: number;
}

export interface OpenSessionInput {
  link: MasterLink;
  invite: AcceptedInvite;
  state: JsonStore<AgentState>;
  domain: MusterDomain;
  signer: Signer;
  now: () => number;
  /** The owner's word on how often to beat at most. */
  leastHeartbeatMs: number;
}

const OPEN_TTL_MS = 30_000;
const answerSchema = z.object({ envelope: z.unknown() });
const refusalSchema = z.object({ newestGeneration: z.int().nonnegative() });

/**
 * Opens a session under the acknowledged invite, with a generation never used before. Throws the master's refusal, or SIGNATURE_INVALID
 * when the acceptance is not the master's.
 */
export async function openSession(input: OpenSessionInput): Promise<OpenedSession> {
  try {
    return await tryOpen(input);
  } catch (error) {
    if (!AppError.is(error, 'STALE_GENERATION')) throw error;
    // This directory is older than the node's last session, for example restored from a backup: jump past what was seen.
    const seen = refusalSchema.safeParse(error.data);
    if (!seen.success) throw error;
    await input.state.update((state) => ({ ...state, generation: Math.max(state.generation, seen.data.newestGeneration) }));
    return tryOpen(input);
  }
}

async function tryOpen({ link, invite, state, domain, signer, now, leastHeartbeatMs }: OpenSessionInput): Promise<OpenedSession> {
  // Written down before it is used: after a crash it is not used again.
  const { generation, newestOrder, identity } = await state.update((current) => ({ ...current, generation: current.generation + 1 }));
  const ephemeral = createEphemeral();
  const audience = audienceOfAddress(invite.master);
  let sent: Envelope<SessionOpen> | undefined;
  // Whichever clock the master accepted the request in, its answer is in that one; what makes it fresh is the request's digest.
  let clock = now();
  const answer = await signWithRetry(SessionOpen, {
    domain,
    signer,
    now: clock,
    build: (at) => ({
      ...newHeader({ runId: identity.runId, sender: signer.address, audience, now: at, ttlMs: OPEN_TTL_MS }),
      seq: invite.seq,
      inviteDigest: invite.digest,
      generation,
      ephemeralKey: ephemeral.publicKey,
      orderEpoch: newestOrder.masterEpoch,
      orderCounter: newestOrder.counter,
    }),
    send: (envelope) => {
      sent = envelope;
      clock = envelope.message.issuedAt;
      return link.call('openSession', { envelope });
    },
  });
  if (!sent) throw new AppError('INTERNAL');
  const { envelope } = answerSchema.parse(answer);
  const message = acceptedBy(invite, {
    envelope,
    openDigest: digestOf(SessionOpen, sent.message, domain),
    audience: audienceOfAddress(signer.address),
    domain,
    now: clock,
  });
  const { sessionId, ephemeralKey: peerPublicKey, lostAfterMs } = message;
  if (message.generation !== generation)
    throw new AppError('RESPONSE_INVALID', { publicMessage: 'The master accepted another generation than was asked for' });
  const keys = deriveSessionKeys({ privateKey: ephemeral.privateKey, peerPublicKey, inviteDigest: invite.digest, sessionId, generation });
  const heartbeatMs = restBetweenBeats(message, leastHeartbeatMs);
  return { sessionId, generation, inviteDigest: invite.digest, keys, heartbeatMs, lostAfterMs };
}

interface Expected {
  envelope: unknown;
  openDigest: string;
  audience: `0x${string}`;
  domain: MusterDomain;
  now: number;
}

/** Signed by the master of the invite, for us, about this very request. */
function acceptedBy(invite: AcceptedInvite, { envelope, openDigest, audience, domain, now }: Expected): SessionAccept {
  const { message } = unwrap(verifyEnvelope(SessionAccept, envelope, { domain, now, audience, expectedSigner: invite.master }));
  if (message.openDigest !== openDigest)
    throw new AppError('RESPONSE_INVALID', { publicMessage: 'The acceptance belongs to another request' });
  return message;
}
