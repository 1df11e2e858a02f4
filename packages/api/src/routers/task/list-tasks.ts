import { ownerProcedure } from '../../buyer-trpc.ts';
import { pageOf, paging, runRef } from '../../shapes/common.ts';
import { taskShape } from '../../shapes/task.ts';

/** Newest first. */
export const listTasks = ownerProcedure
  .input(runRef.extend(paging))
  .output(pageOf(taskShape))
  .query(({ ctx, input }) => ctx.services.tasks.list({ runId: ctx.runId, cursor: input.cursor ?? null, limit: input.limit }));
