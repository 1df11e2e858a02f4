import { z } from 'zod';
import { agentMutation } from '../../agent-trpc.ts';
import { nodeRef } from '../../shapes/common.ts';

const input = nodeRef.extend({ seq: z.int().positive(), round: z.int().nonnegative(), document: z.record(z.string(), z.unknown()) });

/** Accepts a document only if its hash is the evidence hash of a verdict on chain: the chain is its signature. */
export const publishEvidence = agentMutation(input, ({ services, remoteAddress }, evidence) =>
  services.discovery.publishEvidence({ ...evidence, remoteAddress }),
);
