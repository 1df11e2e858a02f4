import { capabilitiesSchema } from '@muster/protocol/capabilities';
import { z } from 'zod';
import { agentProcedure } from '../../agent-trpc.ts';
import { envelopeShape } from '../../shapes/envelope.ts';

export const announceEndpoint = agentProcedure
  .input(z.strictObject({ envelope: envelopeShape, capabilities: capabilitiesSchema }))
  .mutation(({ ctx, input }) => ctx.services.discovery.announce({ ...input, remoteAddress: ctx.remoteAddress }));
