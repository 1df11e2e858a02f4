import { z } from 'zod';
import { hash32Schema } from '../primitives.ts';

/** Freshness comes from the signed answer itself: it binds the challenge's digest. */
export const identityParamsSchema = z.strictObject({});
export type IdentityParams = z.infer<typeof identityParamsSchema>;

/** `capabilitiesHash` is that of the document the node runs with now; it must be the registered one. */
export const identityResultSchema = z.strictObject({
  capabilitiesHash: hash32Schema,
  agentVersion: z.string().min(1).max(64),
});
export type IdentityResult = z.infer<typeof identityResultSchema>;
