import { z } from 'zod';

import { addressSchema, hash32Schema, runIdSchema, uint32Schema } from '../primitives.ts';
import { defineMessage, type MessageOf } from './define-message.ts';

/**
 * Node → contract: the node key agrees to be registered by this provider.
 * `deadline` is in unix seconds, as the contract compares it with block.timestamp.
 */
export const NodeConsent = defineMessage({
  name: 'NodeConsent',
  types: {
    runId: 'uint256',
    provider: 'address',
    node: 'address',
    capabilitiesHash: 'bytes32',
    seq: 'uint32',
    deadline: 'uint256',
  },
  schema: z.strictObject({
    runId: runIdSchema,
    provider: addressSchema,
    node: addressSchema,
    capabilitiesHash: hash32Schema,
    seq: uint32Schema,
    deadline: z.int().nonnegative(),
  }),
  capMs: null,
  signerField: 'node',
});
export type NodeConsent = MessageOf<typeof NodeConsent>;
