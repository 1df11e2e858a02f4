import { canonicalJson } from '@muster/protocol/canonical-json';
import { AppError } from '@muster/protocol/errors/app-error';
import type { z } from 'zod';
import { container, type ContainerChallenges } from './container.ts';
import { identity, type IdentityFacts } from './identity.ts';
import { matrix } from './matrix.ts';

/** What answering may need of the machine. */
export interface ChallengeContext {
  identity: IdentityFacts;
  containers: ContainerChallenges;
  signal: AbortSignal;
}

/** The node's side of one kind of challenge. */
export interface ChallengeKind<Params, Result> {
  readonly params: z.ZodType<Params>;
  answer(params: Params, context: ChallengeContext): Promise<Result>;
}

export type ChallengeKindName = 'identity' | 'container' | 'matrix';

type SealedKind = (params: string, context: ChallengeContext) => Promise<string>;

/** Parameter and result types stay inside: outside both are JSON text, as they are signed. */
const seal =
  <Params, Result>(kind: ChallengeKind<Params, Result>): SealedKind =>
  async (text, context) => {
    const params = kind.params.safeParse(JSON.parse(text));
    if (!params.success)
      throw new AppError('BAD_INPUT', { publicMessage: 'The parameters do not fit this kind of challenge', cause: params.error });
    return canonicalJson(await kind.answer(params.data, context));
  };

/** Every kind that this agent can answer; a name without its kind does not compile. */
const CHALLENGE_KINDS: { readonly [Name in ChallengeKindName]: SealedKind } = {
  identity: seal(identity),
  container: seal(container),
  matrix: seal(matrix),
};

const isKnown = (kind: string): kind is ChallengeKindName => Object.hasOwn(CHALLENGE_KINDS, kind);

/** The result as canonical JSON. Throws CHALLENGE_KIND_UNKNOWN, BAD_INPUT, or what the kind throws. */
export function answerChallenge(kind: string, params: string, context: ChallengeContext): Promise<string> {
  if (!isKnown(kind)) throw new AppError('CHALLENGE_KIND_UNKNOWN', { data: { known: Object.keys(CHALLENGE_KINDS) } });
  return CHALLENGE_KINDS[kind](params, context);
}
