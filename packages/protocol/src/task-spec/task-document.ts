import { z } from 'zod';

import { gpuModelSchema } from '../gpu-model.ts';
import { portsDocumentSchema } from './ports.ts';
import { BYTES_EXPECTED, parseBytes } from '../units/bytes.ts';
import { DURATION_EXPECTED, parseDuration } from '../units/duration.ts';
import {
  argumentsSchema,
  entrypointSchema,
  envNameSchema,
  gpuCountSchema,
  imageSchema,
  labelNameSchema,
  labelValueSchema,
  networkSchema,
  replicasSchema,
  restartPolicySchema,
  taskNameSchema,
  volumesSchema,
} from './task-spec.ts';

/** A quantity as it is written; its value is checked by the parser given, its range by the task spec's schema. */
function written(parse: (text: string) => number | undefined, expected: string) {
  return z
    .string()
    .max(32)
    .refine((text) => parse(text) !== undefined, `expected ${expected}`);
}

const bytes = written(parseBytes, BYTES_EXPECTED).meta({ examples: ['512MiB', '4GB'] });
const duration = written(parseDuration, DURATION_EXPECTED).meta({ examples: ['30s', '5m', '1h30m'] });
const list = 'expected a list, such as ["sh", "-c", "echo hello"]';

/** A task as a buyer writes it, in YAML or JSON. Every field is named here; any other is refused, never ignored. */
export const taskDocumentSchema = z.strictObject({
  name: taskNameSchema.optional().describe('Shown in lists; the image when left out.'),
  image: imageSchema
    .meta({ examples: ['busybox:1.37', 'ghcr.io/org/train:v1'] })
    .describe('The container image: [host[:port]/]path[:tag][@digest].'),
  command: z.array(z.string(), { error: list }).pipe(argumentsSchema).optional().describe("Replaces the image's arguments."),
  entrypoint: z.array(z.string(), { error: list }).pipe(entrypointSchema).optional().describe("Replaces the image's program."),
  env: z
    .record(envNameSchema, z.union([z.string().max(32_768), z.number(), z.boolean()]))
    .optional()
    .describe('Environment variables.'),
  resources: z
    .strictObject({
      cpu: z.number().optional().describe('Hardware threads; fractions are allowed. Default 0.25.'),
      memory: bytes.optional().describe('Memory limit. Default 256MiB.'),
      shm: bytes.optional().describe('Size of /dev/shm. Default 64MiB.'),
      disk: bytes.optional().describe('The most that it may write outside /tmp: its own files and its volumes. Default 512MiB.'),
      gpu: z
        .strictObject(
          {
            count: gpuCountSchema.optional().describe('How many. Default 1.'),
            model: gpuModelSchema
              .optional()
              .describe('Any, when left out.')
              .meta({ examples: ['H100', 'RTX 4090'] }),
            memory: bytes.optional().describe('Of each GPU, at least.'),
          },
          {
            error: (issue) =>
              issue.code === 'invalid_type' ? 'expected what the GPUs must be, such as {count: 1, model: H100}' : undefined,
          },
        )
        .optional()
        .describe('GPUs for this task alone; none when left out.'),
    })
    .optional(),
  replicas: replicasSchema.optional().describe('How many copies, or all for one on every node. Default 1.'),
  volumes: volumesSchema.optional().describe('Persistent storage: it outlives the container.'),
  restart: z
    .strictObject({
      policy: restartPolicySchema.describe('When to start again.'),
      maxRetries: z.int().min(0).max(1000).optional().describe('Default 3.'),
      backoff: duration.optional().describe('Before the first retry; doubles each time. Default 1s.'),
    })
    .optional(),
  timeout: duration.optional().describe('The task is stopped after so long.'),
  grace: duration.optional().describe('Between SIGTERM and SIGKILL. Default 10s.'),
  network: networkSchema.optional().describe('none, or egress for connections out to the internet. Default none.'),
  readOnlyRoot: z.boolean().optional().describe("Whether the image's own files are read-only. Default true."),
  root: z
    .boolean()
    .optional()
    .describe('Whether the container runs as root, without capabilities; only where the owner of the node allows it. Default false.'),
  ports: portsDocumentSchema
    .optional()
    .describe('Ports of the container that the node publishes, on numbers of its own choice. They need network: egress.'),
  labels: z.record(labelNameSchema, labelValueSchema).optional().describe('Your own marks.'),
});

export type TaskDocument = z.output<typeof taskDocumentSchema>;
