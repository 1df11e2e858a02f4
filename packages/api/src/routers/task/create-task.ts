import { isStorableText, TEXT_EXPECTED } from '@muster/protocol/primitives';
import { z } from 'zod';
import { ownerProcedure } from '../../buyer-trpc.ts';
import { runRef } from '../../shapes/common.ts';
import { taskShape } from '../../shapes/task.ts';

const input = runRef.extend({
  /** YAML or JSON text, or the spec itself; checked against the one task spec schema. */
  spec: z.union([z.string().max(64_000), z.record(z.string(), z.unknown())]),
  /** The same key in the same run answers with the task that it made first. */
  idempotencyKey: z.string().min(1).max(128).refine(isStorableText, TEXT_EXPECTED).optional(),
  /** Placed only on nodes for which credentials for the image's registry are sealed: see task.seal. */
  needsCredentials: z.boolean().default(false),
});

export const createTask = ownerProcedure
  .input(input)
  .output(taskShape)
  .mutation(({ ctx, input: { spec, idempotencyKey, needsCredentials } }) =>
    ctx.services.tasks.create({ runId: ctx.runId, spec, idempotencyKey: idempotencyKey ?? null, needsCredentials, actor: ctx.address }),
  );
