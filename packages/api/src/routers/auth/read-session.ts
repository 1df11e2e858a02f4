import { publicProcedure } from '../../buyer-trpc.ts';
import { sessionShape } from '../../shapes/auth.ts';

export const readSession = publicProcedure.output(sessionShape.nullable()).query(async ({ ctx }) => {
  const session = ctx.token === null ? null : await ctx.services.auth.readSession(ctx.token);
  return session === null ? null : { address: session.address, expiresAt: session.expiresAt.toISOString() };
});
