import { z } from 'zod';
import { ownerProcedure } from '../../buyer-trpc.ts';
import { allocationRef } from '../../shapes/common.ts';
import { allocationShape } from '../../shapes/task.ts';

/** Orders the node to look at its container now; `acknowledged` is false when it has not answered within seconds. */
export const inspectAllocation = ownerProcedure
  .input(allocationRef)
  .output(z.object({ acknowledged: z.boolean(), allocation: allocationShape }))
  .mutation(({ ctx, input, signal }) => ctx.services.tasks.inspect({ allocationId: input.allocationId, actor: ctx.address, signal }));
