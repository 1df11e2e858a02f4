import { z } from 'zod';

import { gpuSchema } from './capabilities.ts';
import { byteCountSchema } from './primitives.ts';
import type { TaskSpec } from './task-spec/task-spec.ts';

/** What a task may need of a node beyond cores and bytes, and what its owner may refuse. */
export const featuresSchema = z.strictObject({
  /** The container gets GPUs of the machine. */
  gpu: z.boolean(),
  /** The container may connect out, through the fence. */
  egress: z.boolean(),
  /** The container may run as root. */
  root: z.boolean(),
  /** The container may publish ports. */
  ports: z.boolean(),
});
export type Features = z.output<typeof featuresSchema>;
export type Feature = keyof Features;

const cores = z.number().nonnegative();

/** What a node would take right now: the machine, less what its owner keeps and forbids. Placement goes by it, the node holds to it. */
export const offerSchema = z.strictObject({
  /** For all allocations together, those that run included. */
  capacity: z.strictObject({ cpu: cores, memoryBytes: byteCountSchema, diskBytes: byteCountSchema, gpus: z.array(gpuSchema).max(64) }),
  /** The most that one allocation may ask for; no bound but the capacity where it is left out. */
  perAllocation: z.strictObject({
    cpu: cores.optional(),
    memoryBytes: byteCountSchema.optional(),
    diskBytes: byteCountSchema.optional(),
    gpus: z.int().nonnegative().optional(),
  }),
  features: featuresSchema,
  maxAllocations: z.int().nonnegative(),
  /** False while the node takes nothing new; `reason` says why. */
  accepting: z.boolean(),
  reason: z.string().max(500).optional(),
});
export type Offer = z.output<typeof offerSchema>;

/** Which features a task cannot do without. */
export function featuresNeededBy({
  resources,
  network,
  root,
  ports,
}: Pick<TaskSpec, 'resources' | 'network' | 'root' | 'ports'>): Feature[] {
  return [
    ...(resources.gpu ? (['gpu'] as const) : []),
    ...(network === 'egress' ? (['egress'] as const) : []),
    ...(root ? (['root'] as const) : []),
    ...(ports ? (['ports'] as const) : []),
  ];
}
