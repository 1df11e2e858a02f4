import { describe, expect, it } from 'vitest';
import { EnvError } from '@muster/runtime/env';
import { publicUrlOf, toConfig } from './config.ts';
import { readEnv } from './env.ts';

const config = (env: Record<string, string> = {}) => toConfig(readEnv(env), '1.2.3');

describe('the configuration', () => {
  it('needs nothing on the dev chain', () => {
    const { listen, databaseUrl, postgresDir, masterKey, master, development } = config();
    expect({ listen, databaseUrl, development }).toEqual({
      listen: { host: '127.0.0.1', port: 3000 },
      databaseUrl: null,
      development: false,
    });
    expect(postgresDir).toMatch(/\.muster\/web\/postgres$/);
    expect(masterKey).toMatchObject({ createIfMissing: true, file: expect.stringMatching(/\.muster\/web\/master\.key$/) });
    expect(master).toMatchObject({ chainId: 31_337, isDev: true, heartbeatMs: 30_000, version: '1.2.3' });
  });

  it('names each bad variable and never repeats its value', () => {
    const read = () => readEnv({ PORT: '99999', DATABASE_URL: 'mysql://root:hunter2@db', MUSTER_HEARTBEAT_MS: 'soon' });
    expect(read).toThrow(EnvError);
    expect(read).toThrow(/PORT: .*\n?.*DATABASE_URL: .*Example: DATABASE_URL=postgresql/s);
    expect(read).not.toThrow(/hunter2/);
  });

  it('knows whose word about an address it takes, and refuses what is no address', () => {
    const { trustedProxies, limits } = config({
      MUSTER_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8',
      MUSTER_SNAPSHOT_MAX_BYTES: '5',
      MUSTER_KEEP_LOGS_DAYS: '2',
    }).master;
    expect([trustedProxies?.has('10.1.1.1'), trustedProxies?.has('192.0.2.1'), limits?.snapshotBytes, limits?.retention?.logsMs]).toEqual([
      true,
      false,
      5,
      172_800_000,
    ]);
    expect(() => config({ MUSTER_TRUSTED_PROXIES: 'nginx' })).toThrow(/MUSTER_TRUSTED_PROXIES: expected addresses/);
  });

  it('refuses a chain that Muster is not on', () => {
    expect(() => config({ MUSTER_CHAIN_ID: '1' })).toThrow(/WRONG_CHAIN/);
  });

  it.each([
    [{ HOST: '0.0.0.0' }, 'http://127.0.0.1:4000'],
    [{ HOST: '::1' }, 'http://[::1]:4000'],
    [{ MUSTER_PUBLIC_URL: 'https://muster.example' }, 'https://muster.example'],
  ])('finds the public URL from %j', (env, url) => {
    expect(publicUrlOf(config(env), 4000)).toBe(url);
  });
});
