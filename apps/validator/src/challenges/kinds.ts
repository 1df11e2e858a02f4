import { seal, type SealedKind } from './challenge-kind.ts';
import { container } from './container.ts';
import { identity } from './identity.ts';
import { matrix } from './matrix.ts';

export type ChallengeKindName = 'identity' | 'container' | 'matrix';

/** Every kind that this validator can ask; a name without its kind does not compile. */
export const CHALLENGE_KINDS: Readonly<Record<ChallengeKindName, SealedKind>> = {
  identity: seal(identity),
  container: seal(container),
  matrix: seal(matrix),
};

/** What a round asks, the cheapest first: a wrong answer ends it. */
export const ROUND_PLAN: readonly ChallengeKindName[] = ['identity', 'matrix', 'container'];

export const isKindName = (name: string): name is ChallengeKindName => Object.hasOwn(CHALLENGE_KINDS, name);
