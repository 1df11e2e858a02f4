import { identityResultSchema, type IdentityParams, type IdentityResult } from '@muster/protocol/challenges/identity';
import type { ChallengeKind } from './challenge-kind.ts';

/** The node's key answers now, and the machine behind it is the registered one. */
export const identity: ChallengeKind<IdentityParams, IdentityResult> = {
  name: 'identity',
  ttlMs: 30_000,
  result: identityResultSchema,
  prepare: () => ({}),
  verify: ({ result, context }) =>
    result.capabilitiesHash === context.capabilitiesHash
      ? { ok: true }
      : {
          ok: false,
          reason: `the node runs with capabilities ${result.capabilitiesHash}, not with the registered ${context.capabilitiesHash}`,
        },
};
