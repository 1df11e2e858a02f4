import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { addressSchema } from '@muster/protocol/primitives';
import { parseEnv } from '@muster/runtime/env';
import { ROUND_PLAN, isKindName, type ChallengeKindName } from './challenges/kinds.ts';
import type { Config } from './config.ts';

const kindsSchema = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .refine(
    (names): names is ChallengeKindName[] => names.length > 0 && names.every(isKindName),
    `expected kinds of challenge out of ${ROUND_PLAN.join(', ')}, separated by commas`,
  );

const schema = z.object({
  MUSTER_CHAIN_ID: z.coerce.number().int().positive().default(31337),
  MUSTER_RPC_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:8545'),
  MUSTER_REGISTRY: addressSchema.optional(),
  MUSTER_VALIDATOR_SET: addressSchema.optional(),
  MUSTER_DEPLOYMENT_BLOCK: z.coerce.number().int().nonnegative().optional(),
  MUSTER_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  MUSTER_LOG_FORMAT: z.enum(['pretty', 'json']).optional(),
  MUSTER_DATA_DIR: z.string().default(join(homedir(), '.local', 'state', 'muster', 'validator')),
  MUSTER_VALIDATOR_KEY: z.string().optional(),
  MUSTER_VALIDATOR_KEY_FILE: z.string().optional(),
  MUSTER_CHALLENGE_IMAGE: z.string().min(1).max(256).default('busybox:1.37'),
  MUSTER_CHALLENGE_KINDS: kindsSchema.default([...ROUND_PLAN]),
  MUSTER_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(16),
});

const examples = {
  MUSTER_CHAIN_ID: '421614',
  MUSTER_RPC_URL: 'https://sepolia-rollup.arbitrum.io/rpc',
  MUSTER_REGISTRY: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
  MUSTER_VALIDATOR_SET: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
  MUSTER_DEPLOYMENT_BLOCK: '123456',
  MUSTER_LOG_LEVEL: 'info',
  MUSTER_LOG_FORMAT: 'json',
  MUSTER_CHALLENGE_KINDS: 'identity,matrix',
  MUSTER_CONCURRENCY: '8',
};

/** The environment as a config. Throws EnvError. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = parseEnv(schema, env, { examples });
  return {
    chain: {
      chainId: parsed.MUSTER_CHAIN_ID,
      rpcUrl: parsed.MUSTER_RPC_URL,
      overrides: {
        registry: parsed.MUSTER_REGISTRY,
        validatorSet: parsed.MUSTER_VALIDATOR_SET,
        deploymentBlock: parsed.MUSTER_DEPLOYMENT_BLOCK,
      },
    },
    log: {
      level: parsed.MUSTER_LOG_LEVEL,
      pretty: parsed.MUSTER_LOG_FORMAT === undefined ? undefined : parsed.MUSTER_LOG_FORMAT === 'pretty',
    },
    dataDir: parsed.MUSTER_DATA_DIR,
    key: { value: parsed.MUSTER_VALIDATOR_KEY, file: parsed.MUSTER_VALIDATOR_KEY_FILE ?? join(parsed.MUSTER_DATA_DIR, 'validator.key') },
    challenges: { image: parsed.MUSTER_CHALLENGE_IMAGE, kinds: parsed.MUSTER_CHALLENGE_KINDS },
    concurrency: parsed.MUSTER_CONCURRENCY,
  };
}
