import { frameSchema } from '@muster/protocol/messages/frame';
import { z } from 'zod';
import { agentMutation } from '../../agent-trpc.ts';

export const takeReport = agentMutation(z.strictObject({ frame: frameSchema }), (ctx, { frame }) =>
  ctx.services.sessions.report(frame, ctx.remoteAddress),
);
