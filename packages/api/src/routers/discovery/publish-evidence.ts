import { isNestedWithin } from '@muster/protocol/canonical-json';
import { z } from 'zod';
import { agentMutation } from '../../agent-trpc.ts';
import { nodeRef } from '../../shapes/common.ts';

/** A validator's documents have six levels. */
const MAX_LEVELS = 32;

const input = nodeRef.extend({
  seq: z.int().positive(),
  round: z.int().nonnegative(),
  document: z
    .record(z.string(), z.unknown())
    .refine((document) => isNestedWithin(document, MAX_LEVELS), `expected a document of at most ${MAX_LEVELS} levels`),
});

/** Accepts a document only if its hash is the evidence hash of a verdict on chain: the chain is its signature. */
export const publishEvidence = agentMutation(input, ({ services, remoteAddress }, evidence) =>
  services.discovery.publishEvidence({ ...evidence, remoteAddress }),
);
