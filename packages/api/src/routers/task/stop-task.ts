import { ownerProcedure } from '../../buyer-trpc.ts';
import { taskRef } from '../../shapes/common.ts';
import { taskShape } from '../../shapes/task.ts';

export const stopTask = ownerProcedure
  .input(taskRef)
  .output(taskShape)
  .mutation(({ ctx, input }) => ctx.services.tasks.stop({ taskId: input.taskId, actor: ctx.address }));
