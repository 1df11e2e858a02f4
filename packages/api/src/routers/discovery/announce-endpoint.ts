import { capabilitiesSchema } from '@muster/protocol/capabilities';
import { z } from 'zod';
import { agentMutation } from '../../agent-trpc.ts';
import { envelopeShape } from '../../shapes/envelope.ts';

const input = z.strictObject({ envelope: envelopeShape, capabilities: capabilitiesSchema });

export const announceEndpoint = agentMutation(input, ({ services, remoteAddress }, announcement) =>
  services.discovery.announce({ ...announcement, remoteAddress }),
);
