import { z } from 'zod';

import { hash32Schema, uint32Schema } from '../primitives.ts';
import { defineMessage, type MessageOf } from './define-message.ts';
import { headerShape, headerTypes } from './header.ts';

/** Node → master: takes the invite whose digest it names. */
export const Acknowledgment = defineMessage({
  name: 'Acknowledgment',
  types: { ...headerTypes, inviteDigest: 'bytes32', seq: 'uint32' },
  schema: z.strictObject({ ...headerShape, inviteDigest: hash32Schema, seq: uint32Schema }),
  capMs: 120_000,
  signerField: 'sender',
});
export type Acknowledgment = MessageOf<typeof Acknowledgment>;
