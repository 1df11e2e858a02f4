import { z } from 'zod';
import { runIdSchema, addressSchema, uuidSchema, hash32Schema, hexSchema } from '@muster/protocol/primitives';

export const isoTime = z.iso.datetime();
export const runRef = z.strictObject({ runId: runIdSchema });
export const nodeRef = z.strictObject({ runId: runIdSchema, node: addressSchema });
export const taskRef = z.strictObject({ taskId: uuidSchema });
export const allocationRef = z.strictObject({ allocationId: uuidSchema });
export const done = z.strictObject({ accepted: z.literal(true) });

/** `cursor` is opaque: what the last page's `nextCursor` said. `direction` is what tRPC's infinite queries add; pages only go forward. */
export const paging = {
  cursor: z.string().max(200).nullish(),
  limit: z.int().min(1).max(200).default(50),
  direction: z.literal('forward').optional(),
};
export const pageOf = <T extends z.ZodType>(item: T) => z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() });

export { addressSchema, hash32Schema, hexSchema, runIdSchema, uuidSchema };
