import { z } from 'zod';
import { agentProcedure } from '../../agent-trpc.ts';
import { envelopeShape } from '../../shapes/envelope.ts';

/** A node behind NAT, over its own socket: the link's id, then the sealed calls for it. */
export const openRelay = agentProcedure.input(z.strictObject({ envelope: envelopeShape })).subscription(async function* open({
  ctx,
  input,
  signal,
}) {
  yield* ctx.services.discovery.openRelay({ ...input, remoteAddress: ctx.remoteAddress, signal });
});
