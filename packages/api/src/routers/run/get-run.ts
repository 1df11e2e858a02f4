import { ownerProcedure } from '../../buyer-trpc.ts';
import { runRef } from '../../shapes/common.ts';
import { runShape } from '../../shapes/run.ts';

export const getRun = ownerProcedure
  .input(runRef)
  .output(runShape)
  .query(({ ctx }) => ctx.services.runs.get(ctx.runId));
