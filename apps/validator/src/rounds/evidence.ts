import { hashJson } from '@muster/protocol/canonical-json';
import type { Hex } from 'viem';
import type { RoundJob } from '../ports/round.ts';
import type { Exchange } from './ask-node.ts';
import type { RoundDeps } from './deps.ts';
import type { LocatedNode } from './locate-node.ts';

export interface Verdict {
  approve: boolean;
  /** Why it was rejected; null for an approval. */
  reason: string | null;
  document: Record<string, unknown>;
  evidenceHash: Hex;
}

/**
 * The document whose keccak (of its canonical JSON) goes on chain. It names the validator, so that nobody can copy another's homework,
 * and holds every signed word of both sides, but not the endpoint: evidence is public, endpoints are not.
 */
export function writeVerdict(job: RoundJob, given: { located: LocatedNode; exchanges: readonly Exchange[] }, deps: RoundDeps): Verdict {
  const { runId, node, seq, round } = job;
  const failed = given.exchanges.find((exchange) => !exchange.check.ok);
  const reason = failed && !failed.check.ok ? `${failed.kind}: ${failed.check.reason}` : null;
  const document = {
    version: 1,
    chainId: deps.domain.chainId,
    registry: deps.domain.verifyingContract,
    runId,
    node,
    seq,
    round,
    validator: deps.signer.address,
    approve: reason === null,
    reason,
    decidedAt: deps.clock.now(),
    announcementDigest: given.located.announcementDigest,
    exchanges: given.exchanges.map(({ kind, challenge, answer, check }) => ({
      kind,
      challenge,
      answer,
      ok: check.ok,
      reason: check.ok ? null : check.reason,
    })),
  };
  return { approve: reason === null, reason, document, evidenceHash: hashJson(document) };
}
