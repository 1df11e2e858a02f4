import { frameSchema } from '@muster/protocol/messages/frame';
import { z } from 'zod';
import { agentProcedure } from '../../agent-trpc.ts';

export const acknowledgeSync = agentProcedure
  .input(z.strictObject({ frame: frameSchema }))
  .mutation(({ ctx, input }) => ctx.services.sessions.acknowledgeSync(input.frame));
