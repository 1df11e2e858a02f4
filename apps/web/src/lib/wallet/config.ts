import { createConfig, http, type Config } from 'wagmi';
import { devWallet } from './dev-wallet.ts';
import { DEV_CHAIN_ID, networkOf } from './networks.ts';

export type WalletConfigInput = { chainId: number; rpcUrl: string | null; isDev: boolean };

/** One chain, the one that the server follows. Extensions announce themselves by EIP-6963. */
export function createWalletConfig({ chainId, rpcUrl, isDev }: WalletConfigInput): Config {
  const chain = networkOf({ chainId, rpcUrl });
  const url = chain.rpcUrls.default.http[0] ?? '';
  const offersDevWallet = isDev && chainId === DEV_CHAIN_ID;
  return createConfig({
    chains: [chain],
    connectors: offersDevWallet ? [devWallet({ rpcUrl: url })] : [],
    multiInjectedProviderDiscovery: true,
    transports: { [chain.id]: http(url, { timeout: 8_000, retryCount: 1 }) },
    ...(offersDevWallet ? { pollingInterval: 500 } : {}),
    ssr: true,
  });
}
