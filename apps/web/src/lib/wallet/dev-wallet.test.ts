import { createConfig, http } from 'wagmi';
import { connect, getConnection } from 'wagmi/actions';
import { describe, expect, it } from 'vitest';
import { createWalletConfig } from './config.ts';
import { DEV_WALLET_ID, devWallet } from './dev-wallet.ts';
import { networkOf } from './networks.ts';

const rpcUrl = 'http://127.0.0.1:1';
const configOn = (chainId: number) => {
  const chain = networkOf({ chainId, rpcUrl });
  return createConfig({ chains: [chain], connectors: [devWallet({ rpcUrl })], transports: { [chain.id]: http(rpcUrl) }, storage: null });
};

describe('development wallet', () => {
  it.each([1, 10, 42_161, 421_614])('refuses to connect on chain %i', async (chainId) => {
    const config = configOn(chainId);
    const [connector] = config.connectors;
    if (!connector) throw new Error('the connector is missing');
    await expect(connect(config, { connector })).rejects.toThrow('works on chain 31337 alone');
    expect(getConnection(config).status).toBe('disconnected');
  });

  it.each([42_161, 421_614])('hands out no signing client on chain %i, even to somebody who skips connecting', async (chainId) => {
    const [connector] = configOn(chainId).connectors;
    await expect(connector?.getClient?.()).rejects.toThrow('works on chain 31337 alone');
    await expect(connector?.switchChain?.({ chainId })).rejects.toThrow();
  });

  it('is offered on the dev chain alone, and only by a server that says that it is one', () => {
    const ids = (input: { chainId: number; isDev: boolean }) =>
      createWalletConfig({ ...input, rpcUrl }).connectors.map((connector) => connector.id);
    expect(ids({ chainId: 31_337, isDev: true })).toContain(DEV_WALLET_ID);
    expect(ids({ chainId: 31_337, isDev: false })).not.toContain(DEV_WALLET_ID);
    expect(ids({ chainId: 421_614, isDev: true })).not.toContain(DEV_WALLET_ID);
  });
});
