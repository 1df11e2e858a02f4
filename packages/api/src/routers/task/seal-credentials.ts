import { z } from 'zod';
import { MAX_SEALED_AT_ONCE, sealedCredentialsSchema } from '@muster/protocol/images/registry-credentials';
import { ownerProcedure } from '../../buyer-trpc.ts';
import { addressSchema, done, hash32Schema, taskRef } from '../../shapes/common.ts';

const input = taskRef.extend({
  /** One for each node, sealed in the buyer's own process to the key that the node signed. */
  credentials: z
    .array(z.strictObject({ node: addressSchema, encryptionKey: hash32Schema, sealed: sealedCredentialsSchema }))
    .min(1)
    .max(MAX_SEALED_AT_ONCE)
    .refine((all) => new Set(all.map(({ node }) => node)).size === all.length, 'expected one for each node'),
});

export const sealCredentials = ownerProcedure
  .input(input)
  .output(done)
  .mutation(async ({ ctx, input: { taskId, credentials } }) => {
    await ctx.services.tasks.seal({ taskId, credentials });
    return { accepted: true };
  });
