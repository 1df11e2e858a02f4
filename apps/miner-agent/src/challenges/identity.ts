import { identityParamsSchema, type IdentityParams, type IdentityResult } from '@muster/protocol/challenges/identity';
import type { Hex } from 'viem';
import { AGENT_VERSION } from '../version.ts';
import type { ChallengeKind } from './kinds.ts';

export interface IdentityFacts {
  /** Of the document that is registered. */
  capabilitiesHash: Hex;
}

/** The signed answer itself is the proof; it binds the challenge's digest. */
export const identity: ChallengeKind<IdentityParams, IdentityResult> = {
  params: identityParamsSchema,
  answer: async (_params, { identity: { capabilitiesHash } }) => ({ capabilitiesHash, agentVersion: AGENT_VERSION }),
};
