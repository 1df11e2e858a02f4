import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { httpUrlSchema } from '@muster/protocol/primitives';
import { parseEnv } from '@muster/runtime/env';

const schema = z.object({
  MUSTER_URL: httpUrlSchema.default('http://127.0.0.1:3000'),
  MUSTER_KEY: z.string().optional(),
  MUSTER_KEY_FILE: z.string().optional(),
  MUSTER_REGISTRY_USERNAME: z.string().optional(),
  MUSTER_REGISTRY_PASSWORD: z.string().optional(),
  XDG_STATE_HOME: z.string().optional(),
});

export interface CliEnv {
  url: string;
  key: string | undefined;
  keyFile: string | undefined;
  /** For an image's registry: `--registry-auth env`. */
  registryAuth: { username: string | undefined; password: string | undefined };
  /** Where sign-in tokens are kept. */
  stateDir: string;
}

/** Throws EnvError on a bad value. */
export function readEnv(env: Readonly<Record<string, string | undefined>>): CliEnv {
  const parsed = parseEnv(schema, env, { examples: { MUSTER_URL: 'http://127.0.0.1:3000', MUSTER_KEY_FILE: './buyer.key' } });
  return {
    url: parsed.MUSTER_URL,
    key: parsed.MUSTER_KEY,
    keyFile: parsed.MUSTER_KEY_FILE,
    registryAuth: { username: parsed.MUSTER_REGISTRY_USERNAME, password: parsed.MUSTER_REGISTRY_PASSWORD },
    stateDir: join(parsed.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'), 'muster'),
  };
}
