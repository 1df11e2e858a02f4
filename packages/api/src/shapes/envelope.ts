import { z } from 'zod';

/** A signed message as it arrives: only its outline is checked here, `verifyEnvelope` does the rest. */
export const envelopeShape = z.strictObject({
  type: z.string().max(64),
  message: z.record(z.string().max(64), z.unknown()),
  signature: z.string().max(134),
});
export type IncomingEnvelope = z.infer<typeof envelopeShape>;

/** A MAC'd frame of a session as it arrives; `openFrame` checks it. `body` is JSON text, so that its MAC covers bytes. */
export const frameShape = z.strictObject({
  sessionId: z.uuid(),
  counter: z.int().nonnegative(),
  path: z.string().max(64),
  body: z.string().max(1_500_000),
  mac: z.string().max(66),
});
export type IncomingFrame = z.infer<typeof frameShape>;
