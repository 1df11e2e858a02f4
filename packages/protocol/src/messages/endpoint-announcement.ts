import { z } from 'zod';

import { counterSchema, hash32Schema, httpUrlSchema, uint32Schema } from '../primitives.ts';
import { defineMessage, type MessageOf } from './define-message.ts';
import { headerShape, headerTypes } from './header.ts';

/** Node → discovery: where the node can be reached. It is handed on verbatim, so discovery cannot lie about it. */
export const EndpointAnnouncement = defineMessage({
  name: 'EndpointAnnouncement',
  types: {
    ...headerTypes,
    seq: 'uint32',
    sequence: 'uint64',
    endpoint: 'string',
    relay: 'bool',
    encryptionKey: 'bytes32',
    capabilitiesHash: 'bytes32',
  },
  schema: z
    .strictObject({
      ...headerShape,
      /** The registration that it speaks for. */
      seq: uint32Schema,
      /** Rises with every announcement of the node; discovery keeps the highest. */
      sequence: counterSchema,
      /** Base URL of the node's inbound API; empty for a relayed node. */
      endpoint: z.union([z.literal(''), httpUrlSchema]),
      relay: z.boolean(),
      /** X25519 public key to which relayed envelopes are sealed. */
      encryptionKey: hash32Schema,
      /** keccak256 of the canonical capability document: the one that is registered on chain. */
      capabilitiesHash: hash32Schema,
    })
    .refine((message) => message.relay === (message.endpoint === ''), {
      path: ['endpoint'],
      message: 'expected an endpoint, or an empty one together with relay',
    }),
  capMs: 3_600_000,
  signerField: 'sender',
});
export type EndpointAnnouncement = MessageOf<typeof EndpointAnnouncement>;
