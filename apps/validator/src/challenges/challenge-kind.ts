import type { z } from 'zod';
import { canonicalJson } from '@muster/protocol/canonical-json';
import type { Random } from '../ports/random.ts';

/** What the validator knows of the node before it asks. */
export interface ChallengeContext {
  /** Registered on chain. */
  capabilitiesHash: string;
  /** For container challenges: an image that nodes can get. */
  image: string;
  random: Random;
}

/** `reason` names the check that failed; it goes into the evidence and must stand by itself. */
export type Check = { ok: true } | { ok: false; reason: string };

/** One way to prove something about a node. A new kind is a file beside this one and a line in the table. */
export interface ChallengeKind<Params, Result> {
  readonly name: string;
  /** How long the node has, from sending to the answer. */
  readonly ttlMs: number;
  readonly result: z.ZodType<Result>;
  prepare(context: ChallengeContext): Params;
  verify(given: { params: Params; result: Result; context: ChallengeContext }): Check;
}

/** A kind whose parameter and result types stay inside: what the table holds. */
export interface SealedKind {
  readonly name: string;
  readonly ttlMs: number;
  prepare(context: ChallengeContext): PreparedChallenge;
}

export interface PreparedChallenge {
  /** Canonical JSON, as it is signed. */
  params: string;
  /** Judges the `result` of an answer that the node has signed. */
  check(result: string): Check;
}

export function seal<Params, Result>(kind: ChallengeKind<Params, Result>): SealedKind {
  return {
    name: kind.name,
    ttlMs: kind.ttlMs,
    prepare(context) {
      const params = kind.prepare(context);
      return { params: canonicalJson(params), check: (result) => judge(kind, { params, context }, result) };
    },
  };
}

function judge<Params, Result>(
  kind: ChallengeKind<Params, Result>,
  asked: { params: Params; context: ChallengeContext },
  text: string,
): Check {
  const parsed = kind.result.safeParse(parseJson(text));
  if (parsed.success) return kind.verify({ ...asked, result: parsed.data });
  const [issue] = parsed.error.issues;
  return { ok: false, reason: `the result is malformed at ${issue?.path.join('.') || 'its root'}` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
