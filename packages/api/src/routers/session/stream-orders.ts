import { frameSchema } from '@muster/protocol/messages/frame';
import { z } from 'zod';
import { agentProcedure } from '../../agent-trpc.ts';

/** Unacknowledged orders at once, then each new one; the same orders ride on heartbeat answers as a safety net. */
export const streamOrders = agentProcedure.input(z.strictObject({ frame: frameSchema })).subscription(async function* stream({
  ctx,
  input,
  signal,
}) {
  yield* ctx.services.sessions.orders(input.frame, ctx.remoteAddress, signal);
});
