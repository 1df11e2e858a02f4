import { z } from 'zod';
import { ownerProcedure } from '../../buyer-trpc.ts';
import { allocationRef } from '../../shapes/common.ts';
import { logChunkShape } from '../../shapes/log.ts';

/** Chunks of one allocation in order, starting behind `afterSequence` (-1: from the first). */
export const readLog = ownerProcedure
  .input(allocationRef.extend({ afterSequence: z.int().min(-1).default(-1), limit: z.int().min(1).max(500).default(100) }))
  .output(z.object({ chunks: z.array(logChunkShape), nextSequence: z.int().nullable() }))
  .query(({ ctx, input }) => ctx.services.logs.read(input));
