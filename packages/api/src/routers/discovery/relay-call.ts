import { sealedRequestSchema } from '@muster/protocol/relay/relayed-call';
import { z } from 'zod';
import { agentMutation } from '../../agent-trpc.ts';
import { envelopeShape } from '../../shapes/envelope.ts';

/** For a validator or the master of the node's run. Answers when the node has, or when the envelope expires. */
export const relayCall = agentMutation(
  z.strictObject({ envelope: envelopeShape, sealed: sealedRequestSchema }),
  ({ services, remoteAddress }, call) => services.discovery.relayCall({ ...call, remoteAddress }),
);
