import type { Hex } from 'viem';
import { z } from 'zod';

import { hashJson } from '../canonical-json.ts';
import { gpuModelSchema } from '../gpu-model.ts';
import { parseImageReference } from '../images/image-reference.ts';
import { byteCountSchema, isStorableText, TEXT_EXPECTED } from '../primitives.ts';
import { portsSchema } from './ports.ts';
import { volumeNameSchema } from './volume-name.ts';

const DAY_MS = 86_400_000;
/** The longest between SIGTERM and SIGKILL, whoever asks. */
export const MAX_GRACE_MS = DAY_MS / 24;

/** Kept as the buyer writes it; readers parse it. The refusal names the part that is wrong. */
export const imageSchema = z.string().superRefine((text, context) => {
  const parsed = parseImageReference(text);
  if (parsed.ok) return;
  const { part, message } = parsed.error;
  context.addIssue({ code: 'custom', message: part === 'name' ? message : `the image's ${part}: ${message}` });
});
const argumentSchema = z.string().max(32_768).refine(isStorableText, TEXT_EXPECTED);
export const argumentsSchema = z.array(argumentSchema).max(256);
export const entrypointSchema = argumentsSchema.min(1, 'expected at least the program; leave entrypoint out for that of the image');
export const taskNameSchema = z
  .string()
  .regex(/^[a-zA-Z0-9]([a-zA-Z0-9 ._-]{0,62}[a-zA-Z0-9])?$/, 'expected 1 to 64 letters, digits, spaces, dots or dashes');
export const envNameSchema = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'expected a variable name such as LEARNING_RATE');
export const labelNameSchema = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9._/-]{0,61}[a-z0-9])?$/, 'expected a label name such as team or org/team');
export const labelValueSchema = z.string().max(256).refine(isStorableText, TEXT_EXPECTED);
/** Where a volume is mounted: never over the system itself. */
export const mountPathSchema = z
  .string()
  .max(256)
  .regex(/^(\/[A-Za-z0-9._-]+)+$/, 'expected an absolute path such as /data')
  .refine((path) => !path.split('/').some((part) => part === '.' || part === '..'), 'expected a path without . and ..')
  .refine((path) => !/^\/(proc|sys|dev|etc)(\/|$)/.test(path), 'expected a path outside /proc, /sys, /dev and /etc');
const replicas = 'expected a number from 1 to 10000, or all';
export const replicasSchema = z.union([z.int(replicas).min(1, replicas).max(10_000, replicas), z.literal('all')], { error: replicas });
const gpuCount = 'expected a number of GPUs from 1 to 64';
export const gpuCountSchema = z.int(gpuCount).min(1, gpuCount).max(64, gpuCount);
export const networkSchema = z.enum(['none', 'egress']);
export const volumesSchema = z
  .array(z.strictObject({ name: volumeNameSchema, path: mountPathSchema }))
  .max(16)
  .superRefine((volumes, context) => {
    for (const field of ['name', 'path'] as const) {
      const second = volumes.findIndex((volume, index) => volumes.findIndex((other) => other[field] === volume[field]) < index);
      if (second >= 0) context.addIssue({ code: 'custom', path: [second, field], message: `another volume has this ${field}` });
    }
  });
export const graceMsSchema = z.int().min(0).max(MAX_GRACE_MS);
export const restartPolicySchema = z.enum(['never', 'on-failure', 'always']);

/**
 * A task as everybody but its author sees it: defaults filled in, sizes in bytes, times in milliseconds. What a buyer writes is the
 * document (task-document.ts); this is what is stored, hashed and sent.
 */
const fieldsSchema = z.strictObject({
  name: taskNameSchema.optional(),
  image: imageSchema,
  /** Replaces the image's arguments. */
  command: argumentsSchema.optional(),
  /** Replaces the image's program. */
  entrypoint: entrypointSchema.optional(),
  env: z.record(envNameSchema, argumentSchema),
  resources: z.strictObject({
    /** Hardware threads; halves are allowed. */
    cpu: z.number().min(0.01).max(1024).optional(),
    memoryBytes: byteCountSchema.min(6_291_456, 'expected at least 6MiB, the least that the engine takes').optional(),
    /** Size of /dev/shm. */
    shmBytes: byteCountSchema.min(1).optional(),
    /** The most that the container may write: its own files and its volumes. */
    diskBytes: byteCountSchema.min(1).optional(),
    /** Whole GPUs (or slices of one, where it is divided), for this container alone. */
    gpu: z
      .strictObject({
        count: gpuCountSchema,
        model: gpuModelSchema.optional(),
        /** Of each. */
        memoryBytes: byteCountSchema.min(1).optional(),
      })
      .optional(),
  }),
  replicas: replicasSchema,
  volumes: volumesSchema,
  restart: z.strictObject({
    policy: restartPolicySchema,
    /** How often at most; a retry is a new allocation. */
    maxRetries: z.int().min(0).max(1000),
    /** Before the first retry; doubles with each further one. */
    backoffMs: z.int().min(0).max(DAY_MS),
  }),
  /** From start to end; none when left out. */
  timeoutMs: z
    .int()
    .min(1)
    .max(365 * DAY_MS)
    .optional(),
  /** Between SIGTERM and SIGKILL. */
  graceMs: graceMsSchema,
  network: networkSchema,
  readOnlyRoot: z.boolean(),
  /** Whether it runs as root; left out when not asked for. */
  root: z.literal(true).optional(),
  /** Left out when there are none. */
  ports: portsSchema.optional(),
  labels: z.record(labelNameSchema, labelValueSchema),
});

export const taskSpecSchema = fieldsSchema.refine(({ ports, network }) => ports === undefined || network === 'egress', {
  path: ['ports'],
  message: 'expected network: egress with ports, since a container without network has none',
});

export type TaskSpec = z.output<typeof taskSpecSchema>;

export function specHash(spec: TaskSpec): Hex {
  return hashJson(spec);
}
