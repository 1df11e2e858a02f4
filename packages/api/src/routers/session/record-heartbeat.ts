import { z } from 'zod';
import { agentProcedure } from '../../agent-trpc.ts';
import { frameShape } from '../../shapes/envelope.ts';

export const recordHeartbeat = agentProcedure
  .input(z.strictObject({ frame: frameShape }))
  .mutation(({ ctx, input }) => ctx.services.sessions.heartbeat(input.frame));
