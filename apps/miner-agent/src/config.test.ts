import { describe, expect, it } from 'vitest';
import { createConfig, requireRunId } from './config.ts';
import { readEnv } from './env.ts';
import { SettingsError } from './settings/settings-error.ts';

const configOf = (env: Record<string, string>) => createConfig(readEnv(env));

describe('configuration', () => {
  it('has a default for everything on the dev chain but the run', () => {
    const config = configOf({});
    expect(config).toMatchObject({
      rpcUrl: 'http://127.0.0.1:8545',
      listen: { host: '::', port: 7700 },
      providerKey: null,
      stopContainersOnExit: false,
    });
    expect(() => requireRunId(config)).toThrow(/MUSTER_RUN_ID/);
    expect(requireRunId(configOf({ MUSTER_RUN_ID: '12' }))).toBe('12');
  });

  it('names every bad variable with an example, and repeats no value', () => {
    const read = () => readEnv({ MUSTER_RUN_ID: 'x', MUSTER_LISTEN_PORT: '99999', MUSTER_PROVIDER: 'secret-looking' });
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(/MUSTER_RUN_ID.*Example: MUSTER_RUN_ID=1[\s\S]*MUSTER_PROVIDER[\s\S]*MUSTER_LISTEN_PORT/);
    expect(read).not.toThrow(/secret-looking/);
  });

  it('knows chains by their number and demands an RPC off the dev chain', () => {
    expect(() => configOf({ MUSTER_CHAIN_ID: '5' })).toThrow(/chain 5/);
    expect(() => configOf({ MUSTER_CHAIN_ID: '42161' })).toThrow(/MUSTER_RPC_URL/);
  });
});
