import { AppError } from '@muster/protocol/errors/app-error';
import { Challenge } from '@muster/protocol/messages/challenge';
import { ChallengeAnswer } from '@muster/protocol/messages/challenge-answer';
import { digestOf, verifyEnvelope, type Envelope } from '@muster/protocol/messages/define-message';
import { audienceOfAddress, newHeader } from '@muster/protocol/messages/header';
import { signWithRetry } from '@muster/protocol/messages/sign-with-retry';
import type { Check, SealedKind } from '../challenges/challenge-kind.ts';
import type { RoundJob } from '../ports/round.ts';
import type { RoundDeps } from './deps.ts';
import type { LocatedNode } from './locate-node.ts';

/** One challenge and the node's signed answer to it: either side can be held to what it signed. */
export interface Exchange {
  kind: string;
  challenge: Envelope<Challenge>;
  answer: Envelope<ChallengeAnswer>;
  check: Check;
}

/**
 * Sends one challenge and judges the answer. Only what the node's key has signed for this very challenge is judged; everything else
 * (no answer, an error, somebody else's signature) says nothing about the node and is thrown as AppError.
 */
export async function askNode(
  kind: SealedKind,
  { job, located }: { job: RoundJob; located: LocatedNode },
  deps: RoundDeps,
): Promise<Exchange> {
  const { signer, domain, clock, node, logger } = deps;
  const { runId, seq, round } = job;
  const prepared = kind.prepare({ capabilitiesHash: job.capabilitiesHash, image: deps.image, random: deps.random });
  const sentAt = clock.now();
  const { challenge, answer } = await signWithRetry(Challenge, {
    domain,
    signer,
    now: sentAt,
    build: (now) => ({
      ...newHeader({ runId, sender: signer.address, audience: audienceOfAddress(job.node), now, ttlMs: kind.ttlMs }),
      seq,
      round,
      kind: kind.name,
      params: prepared.params,
    }),
    async send(challenge) {
      logger.info({ event: 'challenge.sent', runId, node: job.node, seq, round, kind: kind.name }, 'sent a challenge');
      return { challenge, answer: await node.challenge(located.location, challenge, kind.ttlMs) };
    },
  });
  // The digest makes the answer fresh; its time is read on the clock by which the challenge was signed, which may be the node's.
  const now = challenge.message.issuedAt + (clock.now() - sentAt);
  const verified = verifyEnvelope(ChallengeAnswer, answer, {
    domain,
    now,
    audience: audienceOfAddress(signer.address),
    expectedSigner: job.node,
  });
  if (!verified.ok) throw verified.error;
  const { message } = verified.value;
  const bound =
    message.challengeDigest === digestOf(Challenge, challenge.message, domain) &&
    message.runId === runId &&
    message.seq === seq &&
    message.round === round;
  if (!bound) throw new AppError('RESPONSE_INVALID', { publicMessage: 'The answer is signed, but for another challenge.' });
  const check = prepared.check(message.result);
  logger.info(
    { event: 'challenge.answered', runId, node: job.node, seq, round, kind: kind.name, ok: check.ok, ms: clock.now() - sentAt },
    'got an answer',
  );
  return { kind: kind.name, challenge, answer: ChallengeAnswer.envelopeSchema.parse(answer), check };
}
