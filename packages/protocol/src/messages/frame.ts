import { z } from 'zod';

import { counterSchema, hash32Schema, uuidSchema } from '../primitives.ts';

/** n2m: node to master; m2n: master to node. Each has its own key, so no frame can be sent back to where it came from. */
export type FrameDirection = 'n2m' | 'm2n';

/** 4 MiB of body: a batch of log chunks fits, and nothing can fill the memory. */
const MAX_BODY_CHARS = 4 * 1024 * 1024;

/** One authenticated message of a session, sealed and opened by crypto/mac.ts. */
export const frameSchema = z.strictObject({
  sessionId: uuidSchema,
  counter: counterSchema,
  path: z.string().max(64),
  body: z.string().max(MAX_BODY_CHARS),
  mac: hash32Schema,
});

export type Frame = z.output<typeof frameSchema>;
