import { z } from 'zod';
import { agentMutation } from '../../agent-trpc.ts';
import { envelopeShape } from '../../shapes/envelope.ts';

/** Answers with the master's half of the keys; the session's first question is what the master wants. */
export const openSession = agentMutation(z.strictObject({ envelope: envelopeShape }), (ctx, { envelope }) =>
  ctx.services.sessions.open(envelope, ctx.remoteAddress),
);
