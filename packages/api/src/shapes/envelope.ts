import { z } from 'zod';

/** A signed message as it arrives: only its outline is checked here, `verifyEnvelope` does the rest. */
export const envelopeShape = z.strictObject({
  type: z.string().max(64),
  message: z.record(z.string().max(64), z.unknown()),
  signature: z.string().max(134),
});
export type IncomingEnvelope = z.infer<typeof envelopeShape>;
