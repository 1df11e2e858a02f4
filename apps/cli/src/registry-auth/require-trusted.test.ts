import { describe, expect, it } from 'vitest';
import { UsageError } from '../usage-error.ts';
import { requireTrusted } from './require-trusted.ts';

const registry = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
const other = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
const [dev, sepolia] = [31337, 421614];
const [here, away] = ['http://127.0.0.1:3000', 'https://muster.example'];
const rpc = 'https://rpc.example';
type Options = Parameters<typeof requireTrusted>[1];
const check = (chainId: number, options: Partial<Options>) => () =>
  requireTrusted({ chainId, registry }, { url: away, rpc: undefined, registry: undefined, ...options });

describe('requireTrusted', () => {
  it('asks for nothing on a dev chain of this machine', () => {
    expect(check(dev, { url: here })).not.toThrow();
  });

  it.each([
    ['a registry that only the server names', sepolia, { rpc }, /--registry|registry on Arbitrum Sepolia/],
    ['an RPC that only the server names', sepolia, { registry }, /RPC that is not the server's/],
    ['a dev chain that is said to be elsewhere', dev, { rpc }, /registry on Anvil/],
  ] as const)('does not take %s', (_title, chainId, options, message) => {
    expect(check(chainId, options)).toThrow(UsageError);
    expect(check(chainId, options)).toThrow(message);
  });

  it('takes what was named, if it is what the server follows', () => {
    expect(check(sepolia, { rpc, registry })).not.toThrow();
    expect(check(sepolia, { rpc, registry: other })).toThrow(expect.objectContaining({ code: 'WRONG_REGISTRY' }));
    expect(check(dev, { url: here, registry: other })).toThrow(expect.objectContaining({ code: 'WRONG_REGISTRY' }));
  });
});
