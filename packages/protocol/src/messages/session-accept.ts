import { z } from 'zod';

import { durationMsSchema, hash32Schema, lostAfterMsSchema, uint32Schema, uuidSchema } from '../primitives.ts';
import { defineMessage, type MessageOf } from './define-message.ts';
import { headerShape, headerTypes } from './header.ts';

/** Master → node: the session is open; both sides now derive its MAC keys. */
export const SessionAccept = defineMessage({
  name: 'SessionAccept',
  types: {
    ...headerTypes,
    openDigest: 'bytes32',
    sessionId: 'string',
    generation: 'uint32',
    ephemeralKey: 'bytes32',
    heartbeatMs: 'uint32',
    lostAfterMs: 'uint32',
  },
  schema: z.strictObject({
    ...headerShape,
    openDigest: hash32Schema,
    sessionId: uuidSchema,
    generation: uint32Schema,
    ephemeralKey: hash32Schema,
    heartbeatMs: durationMsSchema.max(0xffff_ffff),
    lostAfterMs: lostAfterMsSchema,
  }),
  capMs: 60_000,
  signerField: 'sender',
});
export type SessionAccept = MessageOf<typeof SessionAccept>;
