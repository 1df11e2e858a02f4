import { homedir } from 'node:os';
import { join } from 'node:path';
import { addressSchema, httpUrlSchema, runIdSchema } from '@muster/protocol/primitives';
import { parseEnv } from '@muster/runtime/env';
import { z } from 'zod';

const port = z.coerce.number().int('expected a port').min(0, 'expected a port').max(65_535, 'expected a port');
const flag = z.enum(['0', '1'], 'expected 0 or 1').transform((value) => value === '1');
const ms = z.coerce.number().int('expected whole milliseconds').positive('expected whole milliseconds');
const bytes = z.coerce.number().int('expected whole bytes').positive('expected whole bytes');

const schema = z.object({
  MUSTER_CHAIN_ID: z.coerce.number().int('expected a chain id').positive('expected a chain id').default(31337),
  MUSTER_RPC_URL: z.url('expected a URL').optional(),
  MUSTER_REGISTRY: addressSchema.optional(),
  MUSTER_VALIDATOR_SET: addressSchema.optional(),
  MUSTER_DEPLOYMENT_BLOCK: z.coerce.number().int().nonnegative().optional(),
  MUSTER_RUN_ID: runIdSchema.optional(),
  MUSTER_NODE_KEY: z.string().optional(),
  MUSTER_NODE_KEY_FILE: z.string().optional(),
  MUSTER_PROVIDER: addressSchema.optional(),
  MUSTER_PROVIDER_KEY: z.string().optional(),
  MUSTER_PROVIDER_KEY_FILE: z.string().optional(),
  MUSTER_DASHBOARD_URL: httpUrlSchema.optional(),
  MUSTER_LISTEN_HOST: z.string().default('0.0.0.0'),
  MUSTER_LISTEN_PORT: port.default(7700),
  MUSTER_ENDPOINT: httpUrlSchema.optional(),
  MUSTER_DATA_DIR: z.string().default(join(homedir(), '.muster', 'miner')),
  MUSTER_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error'], 'expected trace, debug, info, warn or error').default('info'),
  MUSTER_LOG_FORMAT: z.enum(['pretty', 'json'], 'expected pretty or json').optional(),
  MUSTER_STOP_CONTAINERS_ON_EXIT: flag.default(false),
  MUSTER_ORPHAN_GRACE_MS: ms.default(60_000),
  MUSTER_LOG_SPOOL_BYTES: bytes.default(64 * 1024 * 1024),
  DOCKER_HOST: z.string().default('unix:///var/run/docker.sock'),
});

export type Env = z.output<typeof schema>;

/** Throws EnvError with every bad variable, what was expected and an example. */
export function readEnv(env: Readonly<Record<string, string | undefined>>): Env {
  return parseEnv(schema, env, {
    examples: {
      MUSTER_RPC_URL: 'http://127.0.0.1:8545',
      MUSTER_RUN_ID: '1',
      MUSTER_PROVIDER: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
      MUSTER_ENDPOINT: 'http://203.0.113.7:7700',
      MUSTER_DASHBOARD_URL: 'http://127.0.0.1:3000',
      MUSTER_LISTEN_PORT: '7700',
      DOCKER_HOST: 'unix:///var/run/docker.sock',
    },
  });
}
