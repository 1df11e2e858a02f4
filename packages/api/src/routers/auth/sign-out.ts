import { publicProcedure } from '../../buyer-trpc.ts';
import { done } from '../../shapes/common.ts';

export const signOut = publicProcedure.output(done).mutation(async ({ ctx }) => {
  if (ctx.token !== null) await ctx.services.auth.signOut(ctx.token);
  ctx.setSessionCookie(null);
  return { accepted: true as const };
});
