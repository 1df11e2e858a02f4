import { z } from 'zod';

import { durationMsSchema, uuidSchema } from '../primitives.ts';
import { sealedRequestSchema } from './relayed-call.ts';

/** What discovery pushes to a relayed node: first the link's id, which every answer must name, then one call after another. */
export const relayItemSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('opened'), linkId: uuidSchema }),
  z.strictObject({
    kind: z.literal('call'),
    callId: uuidSchema,
    sealed: sealedRequestSchema,
    /** How much longer somebody waits for the answer. */
    ttlMs: durationMsSchema,
  }),
]);
export type RelayItem = z.output<typeof relayItemSchema>;
