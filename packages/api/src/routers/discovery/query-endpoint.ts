import { z } from 'zod';
import { agentMutation } from '../../agent-trpc.ts';
import { envelopeShape } from '../../shapes/envelope.ts';

/** For a validator or the master of the node's run. A mutation: the query's nonce is used up. */
export const queryEndpoint = agentMutation(z.strictObject({ envelope: envelopeShape }), ({ services, remoteAddress }, query) =>
  services.discovery.queryEndpoint({ ...query, remoteAddress }),
);
