import type { Hex } from 'viem';
import { z } from 'zod';

import { hashJson } from './canonical-json.ts';
import { byteCountSchema } from './primitives.ts';

const label = z.string().max(200);

/** One GPU, or one slice of a GPU that is divided (MIG): what can be given to a container by its UUID. */
export const gpuSchema = z.strictObject({ uuid: label, model: label, memoryBytes: byteCountSchema });
export type Gpu = z.output<typeof gpuSchema>;

/** What a node's doctor found: the document whose canonical JSON's keccak is registered on chain. */
export const capabilitiesSchema = z.strictObject({
  version: z.literal(1),
  cpu: z.strictObject({ model: label, cores: z.int().positive(), threads: z.int().positive() }),
  memoryBytes: byteCountSchema,
  /** Free space where Docker keeps its data. */
  diskBytes: byteCountSchema,
  gpus: z.array(gpuSchema).max(64),
  os: z.strictObject({ platform: label, kernel: label, arch: label }),
  docker: z.strictObject({ version: label }),
  agent: z.strictObject({ version: label }),
});

export type CapabilityDocument = z.output<typeof capabilitiesSchema>;

export function capabilitiesHash(document: CapabilityDocument): Hex {
  return hashJson(document);
}
