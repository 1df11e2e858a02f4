import { z } from 'zod';
import { sealedCredentialsSchema } from '@muster/protocol/images/registry-credentials';
import { ownerProcedure } from '../../buyer-trpc.ts';
import { addressSchema, done, hash32Schema, taskRef } from '../../shapes/common.ts';

const input = taskRef.extend({
  /** One for each node, sealed in the buyer's own process to the key that the node signed. */
  credentials: z
    .array(z.strictObject({ node: addressSchema, encryptionKey: hash32Schema, sealed: sealedCredentialsSchema }))
    .min(1)
    .max(200),
});

export const sealCredentials = ownerProcedure
  .input(input)
  .output(done)
  .mutation(async ({ ctx, input: { taskId, credentials } }) => {
    await ctx.services.tasks.seal({ taskId, credentials });
    return { accepted: true };
  });
