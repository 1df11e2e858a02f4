import { ownerProcedure } from '../../buyer-trpc.ts';
import { done, nodeRef } from '../../shapes/common.ts';

/** Places nothing more on the node and stops what it runs, gracefully. */
export const drainNode = ownerProcedure
  .input(nodeRef)
  .output(done)
  .mutation(async ({ ctx, input }) => {
    await ctx.services.nodes.drain({ runId: ctx.runId, node: input.node, actor: ctx.address });
    return { accepted: true as const };
  });
