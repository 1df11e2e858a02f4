import { z } from 'zod';
import { signedInProcedure } from '../../buyer-trpc.ts';
import { pageOf, paging } from '../../shapes/common.ts';
import { runShape } from '../../shapes/run.ts';

/** The caller's own runs, newest first. */
export const listRuns = signedInProcedure
  .input(z.strictObject(paging).default({ limit: 50 }))
  .output(pageOf(runShape))
  .query(({ ctx, input }) => ctx.services.runs.list({ owner: ctx.address, cursor: input.cursor ?? null, limit: input.limit }));
