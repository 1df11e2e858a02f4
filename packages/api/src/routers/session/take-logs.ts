import { frameSchema } from '@muster/protocol/messages/frame';
import { z } from 'zod';
import { agentMutation } from '../../agent-trpc.ts';

export const takeLogs = agentMutation(z.strictObject({ frame: frameSchema }), (ctx, { frame }) =>
  ctx.services.sessions.logs(frame, ctx.remoteAddress),
);
