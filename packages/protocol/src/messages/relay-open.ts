import { z } from 'zod';

import { counterSchema, uint32Schema } from '../primitives.ts';
import { defineMessage, type MessageOf } from './define-message.ts';
import { headerShape, headerTypes } from './header.ts';

/** Node → discovery: hand me, over this socket, what validators and the master send me. A newer one supersedes the older. */
export const RelayOpen = defineMessage({
  name: 'RelayOpen',
  types: { ...headerTypes, seq: 'uint32', sequence: 'uint64' },
  schema: z.strictObject({
    ...headerShape,
    /** The registration that it speaks for. */
    seq: uint32Schema,
    /** Rises with every socket of the node; discovery keeps to the highest. */
    sequence: counterSchema,
  }),
  capMs: 60_000,
  signerField: 'sender',
});
export type RelayOpen = MessageOf<typeof RelayOpen>;
