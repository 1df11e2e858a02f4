import { z } from 'zod';

import { addressSchema } from '../primitives.ts';
import { defineMessage, type MessageOf } from './define-message.ts';
import { headerShape, headerTypes } from './header.ts';

/** Validator or master → discovery: asks for the endpoint of one node. */
export const EndpointQuery = defineMessage({
  name: 'EndpointQuery',
  types: { ...headerTypes, node: 'address', role: 'string' },
  schema: z.strictObject({ ...headerShape, node: addressSchema, role: z.enum(['validator', 'master']) }),
  capMs: 60_000,
  signerField: 'sender',
});
export type EndpointQuery = MessageOf<typeof EndpointQuery>;
