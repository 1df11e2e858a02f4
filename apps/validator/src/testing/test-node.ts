import { createHash } from 'node:crypto';
import { encodeMatrix, factorsOf, multiply } from '@muster/domain/challenges/matrix';
import { containerParamsSchema } from '@muster/protocol/challenges/container';
import { matrixParamsSchema } from '@muster/protocol/challenges/matrix';
import type { Signer } from '@muster/protocol/crypto/signer';
import { Challenge } from '@muster/protocol/messages/challenge';
import { ChallengeAnswer } from '@muster/protocol/messages/challenge-answer';
import { signMessage, verifyEnvelope, type Envelope } from '@muster/protocol/messages/define-message';
import type { MusterDomain } from '@muster/protocol/messages/domain';
import { audienceOfAddress, newHeader } from '@muster/protocol/messages/header';

export interface TestNodeOptions {
  signer: Signer;
  domain: MusterDomain;
  now: () => number;
  capabilitiesHash: string;
  /** Changes an honest result before it is signed. */
  cheat?: ((kind: string, result: Record<string, unknown>) => unknown) | undefined;
  /** Signs answers with this key instead. */
  signWith?: Signer | undefined;
}

/** A node that keeps to the protocol, container excepted: it computes what the container would print. */
export function answerChallenge(envelope: unknown, options: TestNodeOptions): Envelope<ChallengeAnswer> {
  const { signer, domain, now, cheat = (_kind, result) => result } = options;
  const verified = verifyEnvelope(Challenge, envelope, { domain, now: now(), audience: audienceOfAddress(signer.address) });
  if (!verified.ok) throw verified.error;
  const { message, digest } = verified.value;
  const result = cheat(message.kind, solve(message, options));
  const answerer = options.signWith ?? signer;
  const { runId, seq, round } = message;
  return signMessage(
    ChallengeAnswer,
    {
      ...newHeader({ runId, sender: answerer.address, audience: audienceOfAddress(message.sender), now: now(), ttlMs: 60_000 }),
      challengeDigest: digest,
      seq,
      round,
      result: JSON.stringify(result),
    },
    { domain, signer: answerer },
  );
}

function solve({ kind, params }: Challenge, { capabilitiesHash }: TestNodeOptions): Record<string, unknown> {
  const asked: unknown = JSON.parse(params);
  if (kind === 'matrix') {
    const given = matrixParamsSchema.parse(asked);
    const { left, right } = factorsOf(given);
    return { product: encodeMatrix(multiply(left, right, given)) };
  }
  if (kind === 'container') {
    const { nonce } = containerParamsSchema.parse(asked);
    return { exitCode: 0, stdout: `${createHash('sha256').update(nonce).digest('hex')}  -\n`, imageId: 'sha256:test' };
  }
  return { capabilitiesHash, agentVersion: '0.1.0' };
}
