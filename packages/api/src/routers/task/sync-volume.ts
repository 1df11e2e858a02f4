import { z } from 'zod';
import { ownerProcedure } from '../../buyer-trpc.ts';
import { taskRef, uuidSchema } from '../../shapes/common.ts';

/** Orders every running allocation of the task to sync the volume; each makes one snapshot, named at once. */
export const syncVolume = ownerProcedure
  .input(taskRef.extend({ volume: z.string().min(1).max(64) }))
  .output(z.object({ snapshotIds: z.array(uuidSchema) }))
  .mutation(({ ctx, input }) => ctx.services.tasks.sync({ ...input, actor: ctx.address }));
