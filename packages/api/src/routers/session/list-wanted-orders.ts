import { frameSchema } from '@muster/protocol/messages/frame';
import { z } from 'zod';
import { agentMutation } from '../../agent-trpc.ts';

/** What a node reads after it opened its session, page by page: only the whole says what the master does not want. */
export const listWantedOrders = agentMutation(z.strictObject({ frame: frameSchema }), (ctx, { frame }) =>
  ctx.services.sessions.wantedOrders(frame, ctx.remoteAddress),
);
