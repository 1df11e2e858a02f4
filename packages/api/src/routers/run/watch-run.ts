import { ownerProcedure } from '../../buyer-trpc.ts';
import { runRef } from '../../shapes/common.ts';

/** Yields a hint at once and at every change; ends with NOT_RUN_OWNER when the run changes hands. */
export const watchRun = ownerProcedure.input(runRef).subscription(async function* watch({ ctx, signal }) {
  yield* ctx.services.runs.watch({ runId: ctx.runId, recheck: ctx.recheck, signal });
});
