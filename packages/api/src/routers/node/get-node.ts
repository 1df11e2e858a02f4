import { ownerProcedure } from '../../buyer-trpc.ts';
import { nodeRef } from '../../shapes/common.ts';
import { nodeDetailShape } from '../../shapes/node.ts';

export const getNode = ownerProcedure
  .input(nodeRef)
  .output(nodeDetailShape)
  .query(({ ctx, input }) => ctx.services.nodes.get({ runId: ctx.runId, node: input.node }));
