'use client';
import { useMemo, type ReactNode } from 'react';
import { WagmiProvider } from 'wagmi';
import { createWalletConfig } from '../../lib/wallet/config.ts';
import { DEV_CHAIN_ID } from '../../lib/wallet/networks.ts';
import { useMasterInfo } from '../../lib/use-master-info.ts';

/** Before the server said which chain it follows, wallets wait on a chain nobody signs for: no connector is offered. */
const WAITING = { chainId: DEV_CHAIN_ID, rpcUrl: null, isDev: false };

export const WalletProvider = ({ children }: { children: ReactNode }) => {
  const { data: info } = useMasterInfo();
  const { chainId, rpcUrl, isDev } = info ?? WAITING;
  const config = useMemo(() => createWalletConfig({ chainId, rpcUrl, isDev }), [chainId, rpcUrl, isDev]);
  return (
    <WagmiProvider key={`${chainId} ${rpcUrl} ${isDev}`} config={config}>
      {children}
    </WagmiProvider>
  );
};
