import { z } from 'zod';
import { ownerProcedure } from '../../buyer-trpc.ts';
import { taskRef } from '../../shapes/common.ts';
import { snapshotShape } from '../../shapes/task.ts';

/** Acknowledged snapshots of the task's volumes, newest first. */
export const listSnapshots = ownerProcedure
  .input(taskRef)
  .output(z.object({ items: z.array(snapshotShape) }))
  .query(async ({ ctx, input }) => ({ items: await ctx.services.snapshots.list(input.taskId) }));
