import { digestPattern } from '@muster/protocol/images/image-reference';
import { byteCountSchema, timestampMsSchema } from '@muster/protocol/primitives';
import { z } from 'zod';

/** An image that this agent pulled; what is not in here is the miner's own, and never removed. */
export const ownImageSchema = z.strictObject({
  /** By which the registry knows it, and by which tasks are pinned. */
  digest: z.string().regex(digestPattern),
  /** Of the image for this platform, where `digest` is an index: rules may be about either. */
  manifestDigest: z.string().regex(digestPattern).nullable().default(null),
  /** The engine's name for its content. */
  imageId: z.string(),
  /** The tag of ours that keeps it on the engine. */
  tag: z.string(),
  /** As it was asked for, to be read by people. */
  name: z.string(),
  sizeBytes: byteCountSchema,
  /** Pulled with credentials: nobody gets it without showing the registry theirs. */
  private: z.boolean(),
  pulledAt: timestampMsSchema,
  lastUsedAt: timestampMsSchema,
});
export type OwnImage = z.infer<typeof ownImageSchema>;

export const imageLedgerSchema = z.strictObject({ images: z.array(ownImageSchema) });
export type ImageLedger = z.infer<typeof imageLedgerSchema>;

export const summaryOf = ({ images }: ImageLedger, budgetBytes: number | null) => ({
  count: images.length,
  bytes: images.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  budgetBytes,
});

export const EMPTY_LEDGER: ImageLedger = { images: [] };
