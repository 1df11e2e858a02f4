'use client';
import { useQuery } from '@tanstack/react-query';
import { useConfig, useConnection } from 'wagmi';
import { useTRPC } from '../trpc/client.ts';
import { authSession } from '../trpc/queries.ts';

/**
 * Who is here. `signedInAs` is the session's address (it may read and order); `address` is the connected wallet's (it may sign).
 * They differ when one switched accounts in the wallet.
 */
export function useWallet() {
  const config = useConfig();
  const { address, chainId, connector, status } = useConnection();
  const session = useQuery(authSession(useTRPC()));
  const chain = config.chains[0];
  const signedInAs = session.data?.address ?? null;
  return {
    chain,
    connector,
    address: address ?? null,
    connecting: status === 'connecting' || status === 'reconnecting',
    wrongNetwork: address !== undefined && chainId !== chain.id,
    signedInAs,
    sessionPending: session.isPending,
    otherAccount: address !== undefined && signedInAs !== null && address !== signedInAs,
  };
}
