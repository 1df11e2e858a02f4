import { z } from 'zod';

import { counterSchema, hash32Schema, uint32Schema } from '../primitives.ts';
import { defineMessage, type MessageOf } from './define-message.ts';
import { headerShape, headerTypes } from './header.ts';

/** Node → master: opens a session under an acknowledged invite. */
export const SessionOpen = defineMessage({
  name: 'SessionOpen',
  types: {
    ...headerTypes,
    seq: 'uint32',
    inviteDigest: 'bytes32',
    generation: 'uint32',
    ephemeralKey: 'bytes32',
    orderEpoch: 'uint32',
    orderCounter: 'uint64',
  },
  schema: z.strictObject({
    ...headerShape,
    seq: uint32Schema,
    inviteDigest: hash32Schema,
    /** Rises with every session of the node; a newer one supersedes the older. */
    generation: uint32Schema,
    /** X25519 public key, used for this session only. */
    ephemeralKey: hash32Schema,
    /** The highest order version that the node has seen, so that a restored database jumps past it. */
    orderEpoch: uint32Schema,
    orderCounter: counterSchema,
  }),
  capMs: 60_000,
  signerField: 'sender',
});
export type SessionOpen = MessageOf<typeof SessionOpen>;
