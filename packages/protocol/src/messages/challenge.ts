import { z } from 'zod';

import { jsonStringSchema, uint32Schema } from '../primitives.ts';
import { defineMessage, type MessageOf } from './define-message.ts';
import { headerShape, headerTypes } from './header.ts';

/** Validator → node: what the node is asked to prove. Its expiry is the deadline for the answer. */
export const Challenge = defineMessage({
  name: 'Challenge',
  types: { ...headerTypes, seq: 'uint32', round: 'uint32', kind: 'string', params: 'string' },
  schema: z.strictObject({
    ...headerShape,
    seq: uint32Schema,
    round: uint32Schema,
    kind: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'expected a kind such as matrix-product'),
    /** Canonical JSON; its form depends on the kind. */
    params: jsonStringSchema(65_536),
  }),
  capMs: 900_000,
  signerField: 'sender',
  maxChars: 70_000,
});
export type Challenge = MessageOf<typeof Challenge>;
