import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EnvError, parseEnv } from './env.ts';

const schema = z.object({ MUSTER_CHAIN_ID: z.coerce.number().int().default(31337), MUSTER_RPC_URL: z.url({ error: 'expected a URL' }) });

function problemsOf(env: Record<string, string | undefined>) {
  try {
    parseEnv(schema, env, { examples: { MUSTER_RPC_URL: 'http://127.0.0.1:8545' } });
  } catch (error) {
    if (error instanceof EnvError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('parseEnv', () => {
  it('reads what the schema names, and nothing else', () => {
    expect(parseEnv(schema, { MUSTER_RPC_URL: 'http://x', PATH: '/bin' })).toEqual({ MUSTER_CHAIN_ID: 31337, MUSTER_RPC_URL: 'http://x' });
  });

  it('takes an empty variable for an unset one', () => {
    expect(parseEnv(schema, { MUSTER_CHAIN_ID: undefined, MUSTER_RPC_URL: 'http://x' }).MUSTER_CHAIN_ID).toBe(31337);
    expect(problemsOf({ MUSTER_RPC_URL: '' }).problems).toHaveLength(1);
  });

  it('names every bad variable with an example, and never its value', () => {
    const error = problemsOf({ MUSTER_CHAIN_ID: 'sec-ret', MUSTER_RPC_URL: 'hunter2' });
    expect(error.problems.map(({ variable }) => variable)).toEqual(['MUSTER_CHAIN_ID', 'MUSTER_RPC_URL']);
    expect(error.message).toContain('Example: MUSTER_RPC_URL=http://127.0.0.1:8545');
    expect(error.message).not.toMatch(/sec-ret|hunter2/);
  });
});
