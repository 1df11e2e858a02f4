import { addressSchema } from '@muster/protocol/primitives';
import { DEFAULT_LIMITS } from '@muster/api/app/limits';
import { DEFAULT_START_WITHIN_MS } from '@muster/api/app/settings';
import { parseEnv } from '@muster/runtime/env';
import { parseIpRanges } from '@muster/runtime/ip-ranges';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const url = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' });

const days = (byDefault: number) => z.coerce.number().min(1).max(36_500).default(byDefault);

const proxies = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((range) => range.trim())
      .filter((range) => range !== ''),
  )
  .refine((ranges) => parseIpRanges(ranges) !== null, 'expected addresses or ranges, separated by commas');

const schema = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('production'),
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(3000),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'expected a postgresql:// URL')
    .optional(),
  MUSTER_PUBLIC_URL: url.optional(),
  MUSTER_DATA_DIR: z.string().default('.muster/web'),
  MUSTER_BLOB_DIR: z.string().optional(),
  MUSTER_CHAIN_ID: z.coerce.number().int().positive().default(31_337),
  MUSTER_RPC_URL: url.default('http://127.0.0.1:8545'),
  MUSTER_REGISTRY: addressSchema.optional(),
  MUSTER_VALIDATOR_SET: addressSchema.optional(),
  MUSTER_DEPLOYMENT_BLOCK: z.coerce.number().int().nonnegative().optional(),
  MUSTER_MASTER_KEY: z.string().optional(),
  MUSTER_MASTER_KEY_FILE: z.string().optional(),
  MUSTER_HEARTBEAT_MS: z.coerce.number().int().min(500).max(600_000).default(30_000),
  MUSTER_START_WITHIN_MS: z.coerce.number().int().min(1_000).default(DEFAULT_START_WITHIN_MS),
  MUSTER_TRUSTED_PROXIES: proxies,
  MUSTER_SNAPSHOT_MAX_BYTES: z.coerce.number().int().positive().default(DEFAULT_LIMITS.snapshotBytes),
  MUSTER_NODE_FRAMES_PER_SECOND: z.coerce.number().int().positive().default(DEFAULT_LIMITS.framesPerSecond),
  MUSTER_CONTAINER_LOG_BYTES_PER_SECOND: z.coerce.number().int().min(1_024).default(DEFAULT_LIMITS.logBytesPerSecond.container),
  MUSTER_NODE_LOG_BYTES_PER_SECOND: z.coerce.number().int().min(1_024).default(DEFAULT_LIMITS.logBytesPerSecond.node),
  MUSTER_RUN_OPEN_TASKS: z.coerce.number().int().positive().default(DEFAULT_LIMITS.openTasks),
  MUSTER_KEEP_LOGS_DAYS: days(30),
  MUSTER_KEEP_LOG_BYTES: z.coerce.number().int().min(1_048_576).default(DEFAULT_LIMITS.retention.logBytes),
  MUSTER_KEEP_TIMELINE_DAYS: days(365),
  MUSTER_KEEP_EVIDENCE_DAYS: days(365),
  MUSTER_KEEP_ORDERS_DAYS: days(30),
  MUSTER_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  MUSTER_LOG_FORMAT: z.enum(['pretty', 'json']).optional(),
});

const examples = {
  PORT: '3000',
  DATABASE_URL: 'postgresql://muster:secret@127.0.0.1:5432/muster',
  MUSTER_PUBLIC_URL: 'https://muster.example.org',
  MUSTER_CHAIN_ID: '421614',
  MUSTER_RPC_URL: 'http://127.0.0.1:8545',
  MUSTER_REGISTRY: '0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512',
  MUSTER_VALIDATOR_SET: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
  MUSTER_HEARTBEAT_MS: '30000',
  MUSTER_START_WITHIN_MS: '600000',
  MUSTER_TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8',
  MUSTER_SNAPSHOT_MAX_BYTES: '1073741824',
  MUSTER_NODE_FRAMES_PER_SECOND: '200',
  MUSTER_CONTAINER_LOG_BYTES_PER_SECOND: '524288',
  MUSTER_NODE_LOG_BYTES_PER_SECOND: '4194304',
  MUSTER_RUN_OPEN_TASKS: '1000',
  MUSTER_KEEP_LOGS_DAYS: '30',
  MUSTER_KEEP_LOG_BYTES: '268435456',
  MUSTER_KEEP_TIMELINE_DAYS: '365',
  MUSTER_KEEP_EVIDENCE_DAYS: '365',
  MUSTER_KEEP_ORDERS_DAYS: '30',
};

export type Env = z.output<typeof schema>;

/** The only reader of the environment in this app. Throws EnvError. */
export const readEnv = (env: Readonly<Record<string, string | undefined>> = process.env): Env => parseEnv(schema, env, { examples });
