import { z } from 'zod';
import { agentProcedure } from '../../agent-trpc.ts';
import { frameShape } from '../../shapes/envelope.ts';

export const takeLogs = agentProcedure
  .input(z.strictObject({ frame: frameShape }))
  .mutation(({ ctx, input }) => ctx.services.sessions.logs(input.frame));
