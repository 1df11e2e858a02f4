import { z } from 'zod';
import { ownerProcedure } from '../../buyer-trpc.ts';
import { uuidSchema } from '../../shapes/common.ts';

const afterSequence = z.int().min(-1).default(-1);
const input = z.union([z.strictObject({ taskId: uuidSchema, afterSequence }), z.strictObject({ allocationId: uuidSchema, afterSequence })]);

/** What is stored, then what arrives, per allocation in order; ends when the run changes hands. */
export const followLog = ownerProcedure.input(input).subscription(async function* follow({ ctx, input: ref, signal }) {
  for await (const chunk of ctx.services.logs.follow({ ref, afterSequence: ref.afterSequence, recheck: ctx.recheck, signal })) {
    yield chunk;
    // A log may be hundreds of megabytes, and its reader slow.
    await ctx.taken();
  }
});
