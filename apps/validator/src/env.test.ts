import { EnvError } from '@muster/runtime/env';
import { describe, expect, it } from 'vitest';
import { readConfig } from './env.ts';

describe('readConfig', () => {
  it('needs nothing on the dev chain', () => {
    const config = readConfig({});
    expect(config.chain).toMatchObject({ chainId: 31337, rpcUrl: 'http://127.0.0.1:8545' });
    expect(config.challenges).toEqual({ image: 'busybox:1.37', kinds: ['identity', 'matrix', 'container'] });
    expect(config.key.file).toBe(`${config.dataDir}/validator.key`);
  });

  it('takes kinds of challenge in the order given', () => {
    expect(readConfig({ MUSTER_CHALLENGE_KINDS: 'matrix, identity' }).challenges.kinds).toEqual(['matrix', 'identity']);
  });

  it.each([
    ['MUSTER_CHAIN_ID', 'arbitrum'],
    ['MUSTER_RPC_URL', 'localhost:8545'],
    ['MUSTER_REGISTRY', '0x12'],
    ['MUSTER_CHALLENGE_KINDS', 'matrix,luck'],
    ['MUSTER_CONCURRENCY', '0'],
    ['MUSTER_LOG_FORMAT', 'xml'],
  ])('names %s when it is %s', (variable, value) => {
    expect(() => readConfig({ [variable]: value })).toThrow(EnvError);
    expect(() => readConfig({ [variable]: value })).toThrow(variable);
  });
});
