import { z } from 'zod';

import { hash32Schema, jsonStringSchema, uint32Schema } from '../primitives.ts';
import { defineMessage, type MessageOf } from './define-message.ts';
import { headerShape, headerTypes } from './header.ts';

/** Node → validator: the solution, bound to the challenge by its digest. */
export const ChallengeAnswer = defineMessage({
  name: 'ChallengeAnswer',
  types: { ...headerTypes, challengeDigest: 'bytes32', seq: 'uint32', round: 'uint32', result: 'string' },
  schema: z.strictObject({
    ...headerShape,
    challengeDigest: hash32Schema,
    seq: uint32Schema,
    round: uint32Schema,
    /** JSON; its form depends on the challenge's kind. */
    result: jsonStringSchema(1_048_576),
  }),
  capMs: 300_000,
  signerField: 'sender',
  maxChars: 1_050_000,
});
export type ChallengeAnswer = MessageOf<typeof ChallengeAnswer>;
