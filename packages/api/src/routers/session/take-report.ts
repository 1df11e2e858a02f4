import { z } from 'zod';
import { agentProcedure } from '../../agent-trpc.ts';
import { frameShape } from '../../shapes/envelope.ts';

export const takeReport = agentProcedure
  .input(z.strictObject({ frame: frameShape }))
  .mutation(({ ctx, input }) => ctx.services.sessions.report(input.frame));
