import { publicProcedure } from '../../buyer-trpc.ts';
import { nonceShape } from '../../shapes/auth.ts';

export const issueNonce = publicProcedure
  .output(nonceShape)
  .mutation(({ ctx }) => ctx.services.auth.issueNonce({ origin: ctx.origin, remoteAddress: ctx.remoteAddress }));
