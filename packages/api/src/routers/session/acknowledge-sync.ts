import { z } from 'zod';
import { agentProcedure } from '../../agent-trpc.ts';
import { frameShape } from '../../shapes/envelope.ts';

export const acknowledgeSync = agentProcedure
  .input(z.strictObject({ frame: frameShape }))
  .mutation(({ ctx, input }) => ctx.services.sessions.acknowledgeSync(input.frame));
