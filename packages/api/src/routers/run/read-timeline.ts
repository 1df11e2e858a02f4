import { ownerProcedure } from '../../buyer-trpc.ts';
import { pageOf, paging, runRef } from '../../shapes/common.ts';
import { timelineShape } from '../../shapes/run.ts';

/** What happened in the run, newest first. */
export const readTimeline = ownerProcedure
  .input(runRef.extend(paging))
  .output(pageOf(timelineShape))
  .query(({ ctx, input }) => ctx.services.runs.timeline({ runId: ctx.runId, cursor: input.cursor ?? null, limit: input.limit }));
