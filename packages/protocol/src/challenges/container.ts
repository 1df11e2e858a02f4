import { z } from 'zod';

/** The node keeps this much of the container's standard output. */
export const MAX_CHALLENGE_STDOUT_BYTES = 4096;

/**
 * A container to run once, without network or volumes. The command carries the nonce already; the field lets the node
 * label the container. `timeoutMs` covers the run, not the pull of the image.
 */
export const containerParamsSchema = z.strictObject({
  image: z.string().min(1).max(256),
  command: z.array(z.string().max(1024)).min(1).max(32),
  nonce: z.string().regex(/^[0-9a-f]{32}$/),
  timeoutMs: z.int().min(1_000).max(300_000),
});
export type ContainerParams = z.infer<typeof containerParamsSchema>;

export const containerResultSchema = z.strictObject({
  exitCode: z.int(),
  stdout: z.string().max(MAX_CHALLENGE_STDOUT_BYTES),
  imageId: z.string().min(1).max(256),
});
export type ContainerResult = z.infer<typeof containerResultSchema>;
