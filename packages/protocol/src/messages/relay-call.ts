import { z } from 'zod';

import { addressSchema, hash32Schema } from '../primitives.ts';
import { defineMessage, type MessageOf } from './define-message.ts';
import { headerShape, headerTypes } from './header.ts';

/** Validator or master → discovery: hand these sealed bytes to one node, and give me its answer before this expires. */
export const RelayCall = defineMessage({
  name: 'RelayCall',
  types: { ...headerTypes, node: 'address', role: 'string', sealedHash: 'bytes32' },
  schema: z.strictObject({
    ...headerShape,
    node: addressSchema,
    role: z.enum(['validator', 'master']),
    /** keccak256 of the sealed request, so that nobody sends another under this signature. */
    sealedHash: hash32Schema,
  }),
  capMs: 300_000,
  signerField: 'sender',
});
export type RelayCall = MessageOf<typeof RelayCall>;
