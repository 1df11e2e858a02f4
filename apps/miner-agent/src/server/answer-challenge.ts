import { AppError } from '@muster/protocol/errors/app-error';
import { unwrap } from '@muster/protocol/errors/result';
import type { Signer } from '@muster/protocol/crypto/signer';
import { Challenge } from '@muster/protocol/messages/challenge';
import { ChallengeAnswer } from '@muster/protocol/messages/challenge-answer';
import { signMessage, verifyEnvelope, type Envelope } from '@muster/protocol/messages/define-message';
import type { MusterDomain } from '@muster/protocol/messages/domain';
import { audienceOfAddress, newHeader } from '@muster/protocol/messages/header';
import { acceptOnce, type NonceStore } from '@muster/protocol/messages/nonce-guard';
import type { Logger } from '@muster/runtime/logger';
import { answerChallenge, type ChallengeContext } from '../challenges/kinds.ts';
import type { RunView } from './run-view.ts';

export interface ChallengeDeskOptions {
  domain: MusterDomain;
  signer: Signer;
  runId: string;
  view: RunView;
  nonces: NonceStore;
  facts: () => Omit<ChallengeContext, 'signal'>;
  logger: Logger;
  now: () => number;
  signal: AbortSignal;
}

const ANSWER_TTL_MS = 120_000;
/** Waiting behind the one that is being answered. */
const MAX_WAITING = 4;

/** Answers validators, one at a time: a challenge container must not compete with another for the machine it measures. */
export function createChallengeDesk(options: ChallengeDeskOptions): (envelope: unknown) => Promise<Envelope<ChallengeAnswer>> {
  const { domain, signer, runId, view, nonces, logger, now } = options;
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  /** Cheapest first: form, audience, time, signature; then whether it is for us, by a validator, about now; then the nonce. */
  async function admit(envelope: unknown) {
    const audience = audienceOfAddress(signer.address);
    const verified = unwrap(verifyEnvelope(Challenge, envelope, { domain, now: now(), audience }));
    const { message } = verified;
    if (message.runId !== runId) throw new AppError('AUDIENCE_WRONG', { publicMessage: 'This node serves another run' });
    const { validators } = await view.run([]);
    if (!(await view.isValidator([validators, message.sender], Boolean))) throw new AppError('NOT_A_VALIDATOR');
    const registration = await view.registration([], (answer) => answer?.seq === message.seq);
    if (registration?.seq !== message.seq) throw new AppError('STALE_REGISTRATION', { data: { seq: registration?.seq ?? 0 } });
    const next = await view.nextRound([], (answer) => answer?.round === message.round);
    if (next && message.round !== next.round) throw new AppError('STALE_REGISTRATION', { data: { round: next.round } });
    return unwrap(await acceptOnce(nonces, verified));
  }

  async function answer(envelope: unknown): Promise<Envelope<ChallengeAnswer>> {
    const { message, digest } = await admit(envelope);
    const { sender: validator, kind, seq, round, params } = message;
    logger.info({ event: 'challenge.received', validator, kind, seq, round }, `challenge: ${kind}`);
    const deadline = AbortSignal.timeout(Math.max(1, message.expiresAt - now()));
    const signal = AbortSignal.any([options.signal, deadline]);
    const result = await inTurn(async () => {
      if (deadline.aborted) throw new AppError('CHALLENGE_EXPIRED');
      return answerChallenge(kind, params, { ...options.facts(), signal }).catch((error: unknown) => {
        throw deadline.aborted && !(error instanceof AppError) ? new AppError('CHALLENGE_EXPIRED', { cause: error }) : error;
      });
    });
    const header = newHeader({ runId, sender: signer.address, audience: audienceOfAddress(validator), now: now(), ttlMs: ANSWER_TTL_MS });
    const signed = signMessage(ChallengeAnswer, { ...header, challengeDigest: digest, seq, round, result }, { domain, signer });
    logger.info({ event: 'challenge.answered', validator, kind, seq, round }, `challenge answered: ${kind}`);
    return signed;
  }

  async function inTurn<T>(job: () => Promise<T>): Promise<T> {
    if (waiting >= MAX_WAITING)
      throw new AppError('RATE_LIMITED', { publicMessage: 'The node is busy with other challenges', data: { retryAfterMs: 10_000 } });
    waiting += 1;
    const turn = last.then(job);
    last = turn.catch(() => undefined);
    return turn.finally(() => (waiting -= 1));
  }

  return async (envelope) => {
    try {
      return await answer(envelope);
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'INTERNAL';
      logger.warn({ event: 'challenge.refused', code, err: error }, 'a challenge was not answered');
      throw error;
    }
  };
}
