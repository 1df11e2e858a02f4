import { z } from 'zod';
import { agentProcedure } from '../../agent-trpc.ts';
import { nodeRef } from '../../shapes/common.ts';

/** Accepts a document only if its hash is the evidence hash of a verdict on chain: the chain is its signature. */
export const publishEvidence = agentProcedure
  .input(nodeRef.extend({ seq: z.int().positive(), round: z.int().nonnegative(), document: z.record(z.string(), z.unknown()) }))
  .mutation(({ ctx, input }) => ctx.services.discovery.publishEvidence({ ...input, remoteAddress: ctx.remoteAddress }));
