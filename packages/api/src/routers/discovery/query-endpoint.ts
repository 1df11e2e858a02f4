import { z } from 'zod';
import { agentProcedure } from '../../agent-trpc.ts';
import { envelopeShape } from '../../shapes/envelope.ts';

/** For a validator or the master of the node's run. A mutation: the query's nonce is used up. */
export const queryEndpoint = agentProcedure
  .input(z.strictObject({ envelope: envelopeShape }))
  .mutation(({ ctx, input }) => ctx.services.discovery.queryEndpoint({ ...input, remoteAddress: ctx.remoteAddress }));
