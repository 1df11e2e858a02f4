import { z } from 'zod';
import { agentProcedure } from '../../agent-trpc.ts';
import { envelopeShape } from '../../shapes/envelope.ts';

/** Answers with the master's half of the keys and every order that still matters. */
export const openSession = agentProcedure
  .input(z.strictObject({ envelope: envelopeShape }))
  .mutation(({ ctx, input }) => ctx.services.sessions.open(input.envelope));
