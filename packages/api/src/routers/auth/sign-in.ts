import { z } from 'zod';
import { publicProcedure } from '../../buyer-trpc.ts';
import { signedInShape } from '../../shapes/auth.ts';

const input = z.strictObject({ message: z.string().max(4_000), signature: z.string().max(20_000) });

/** Sets the cookie for a browser; the token is also returned, for the command line. */
export const signIn = publicProcedure
  .input(input)
  .output(signedInShape)
  .mutation(async ({ ctx, input: signed }) => {
    const session = await ctx.services.auth.signIn({ ...signed, remoteAddress: ctx.remoteAddress });
    ctx.setSessionCookie(session);
    return { ...session, expiresAt: session.expiresAt.toISOString() };
  });
