import { z } from 'zod';
import { ownerProcedure } from '../../buyer-trpc.ts';
import { addressSchema, pageOf, paging, runRef, uuidSchema } from '../../shapes/common.ts';
import { timelineShape } from '../../shapes/run.ts';

/** What happened in the run, newest first; `about` a node, or a task with its allocations, when given. */
export const readTimeline = ownerProcedure
  .input(runRef.extend({ ...paging, about: z.union([addressSchema, uuidSchema]).optional() }))
  .output(pageOf(timelineShape))
  .query(({ ctx, input: { cursor = null, limit, about = null } }) =>
    ctx.services.runs.timeline({ runId: ctx.runId, cursor, limit, about }),
  );
