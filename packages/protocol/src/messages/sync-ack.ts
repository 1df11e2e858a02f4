import { z } from 'zod';

import { addressSchema, byteCountSchema, hash32Schema, runIdSchema, timestampMsSchema, uint32Schema, uuidSchema } from '../primitives.ts';
import { defineMessage, type MessageOf } from './define-message.ts';
import { volumeNameSchema } from '../task-spec/volume-name.ts';

/** Node → master, in a frame: a volume's state is in the blob store under this hash. Signed, because snapshots outlive sessions. */
export const SyncAck = defineMessage({
  name: 'SyncAck',
  types: {
    runId: 'uint256',
    node: 'address',
    seq: 'uint32',
    orderId: 'string',
    allocationId: 'string',
    volume: 'string',
    snapshotId: 'string',
    sha256: 'bytes32',
    sizeBytes: 'uint64',
    issuedAt: 'uint64',
  },
  schema: z.strictObject({
    runId: runIdSchema,
    node: addressSchema,
    seq: uint32Schema,
    orderId: uuidSchema,
    allocationId: uuidSchema,
    volume: volumeNameSchema,
    snapshotId: uuidSchema,
    sha256: hash32Schema,
    sizeBytes: byteCountSchema,
    issuedAt: timestampMsSchema,
  }),
  capMs: null,
  signerField: 'node',
});
export type SyncAck = MessageOf<typeof SyncAck>;
