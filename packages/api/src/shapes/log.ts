import { z } from 'zod';
import { uuidSchema } from './common.ts';

export const logLineShape = z.object({
  /** Unix milliseconds, the container runtime's clock. */
  at: z.number(),
  stream: z.enum(['stdout', 'stderr']),
  text: z.string(),
});

export const logChunkShape = z.object({ allocationId: uuidSchema, sequence: z.int(), lines: z.array(logLineShape) });
export type LogChunkView = z.infer<typeof logChunkShape>;
