import { ownerProcedure } from '../../buyer-trpc.ts';
import { taskRef } from '../../shapes/common.ts';
import { taskShape } from '../../shapes/task.ts';

export const getTask = ownerProcedure
  .input(taskRef)
  .output(taskShape)
  .query(({ ctx, input }) => ctx.services.tasks.get(input.taskId));
