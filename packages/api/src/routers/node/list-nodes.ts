import { ownerProcedure } from '../../buyer-trpc.ts';
import { pageOf, paging, runRef } from '../../shapes/common.ts';
import { nodeShape } from '../../shapes/node.ts';

export const listNodes = ownerProcedure
  .input(runRef.extend(paging))
  .output(pageOf(nodeShape))
  .query(({ ctx, input }) => ctx.services.nodes.list({ runId: ctx.runId, cursor: input.cursor ?? null, limit: input.limit }));
