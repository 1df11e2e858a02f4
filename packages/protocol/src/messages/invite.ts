import { z } from 'zod';

import { durationMsSchema, httpUrlSchema, lostAfterMsSchema, uint32Schema } from '../primitives.ts';
import { defineMessage, type MessageOf } from './define-message.ts';
import { headerShape, headerTypes } from './header.ts';

/** Master → node: come and work for this run. */
export const Invite = defineMessage({
  name: 'Invite',
  types: {
    ...headerTypes,
    seq: 'uint32',
    masterEpoch: 'uint32',
    masterUrl: 'string',
    heartbeatMs: 'uint32',
    lostAfterMs: 'uint32',
  },
  schema: z.strictObject({
    ...headerShape,
    seq: uint32Schema,
    /** The master's term on chain, so that a replaced master's invite is told from a forged one. */
    masterEpoch: uint32Schema,
    /** Base URL of the master's API for agents, such as http://127.0.0.1:3000/master. */
    masterUrl: httpUrlSchema,
    heartbeatMs: durationMsSchema.max(0xffff_ffff),
    /** After so long without a heartbeat the master takes the node for lost. */
    lostAfterMs: lostAfterMsSchema,
  }),
  capMs: 600_000,
  signerField: 'sender',
});
export type Invite = MessageOf<typeof Invite>;
