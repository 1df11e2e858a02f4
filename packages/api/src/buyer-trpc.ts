import { initTRPC } from '@trpc/server';
import { translateDatabaseError } from '@muster/db/database-error';
import { AppError } from '@muster/protocol/errors/app-error';
import { z } from 'zod';
import type { BuyerContext } from './context.ts';
import { createErrorFormatter } from './errors/error-shape.ts';
import { runIdSchema, uuidSchema } from './shapes/common.ts';

const t = initTRPC.context<BuyerContext>().create({ errorFormatter: createErrorFormatter(translateDatabaseError) });

export const buyerRouter = t.router;

export const publicProcedure = t.procedure;

/** For a signed-in wallet. */
export const signedInProcedure = publicProcedure.use(async ({ ctx, next }) => {
  const session = ctx.token === null ? null : await ctx.services.auth.readSession(ctx.token);
  if (session === null) throw new AppError('NOT_SIGNED_IN');
  return next({ ctx: { address: session.address } });
});

const ownedRef = z.object({ runId: runIdSchema.optional(), taskId: uuidSchema.optional(), allocationId: uuidSchema.optional() });

/**
 * For the on-chain owner of the run that the input names, directly or by a task or an allocation of it.
 * The only place where a buyer's right to a run is decided; a stranger learns no more than "no such run".
 */
export const ownerProcedure = signedInProcedure.use(async ({ ctx, getRawInput, next, signal }) => {
  const ref = ownedRef.parse(await getRawInput());
  const { owners } = ctx.services;
  const runId = await owners.authorise({ address: ctx.address, ref });
  const token = ctx.token;
  const recheck = async (): Promise<void> => {
    const session = token === null ? null : await ctx.services.auth.readSession(token);
    if (session === null) throw new AppError('NOT_SIGNED_IN');
    await owners.authorise({ address: ctx.address, ref });
  };
  return next({ ctx: { runId, recheck, signal } });
});
