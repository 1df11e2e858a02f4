'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { createSiweMessage } from 'viem/siwe';
import { useConfig } from 'wagmi';
import { getConnection, signMessage, switchChain } from 'wagmi/actions';
import { AppError } from '@muster/protocol/errors/app-error';
import { useTRPC, useTRPCClient } from '../trpc/client.ts';
import type { AuthSession } from '../trpc/outputs.ts';
import { useDropSocket } from '../trpc/provider.tsx';

/** Sign-In with Ethereum in one step: nonce from the server, signature from the wallet, cookie from the server. */
export function useSignIn() {
  const config = useConfig();
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const dropSocket = useDropSocket();
  const router = useRouter();
  return useMutation({
    mutationFn: async () => {
      const { address, chainId } = getConnection(config);
      if (!address) throw new AppError('NOT_SIGNED_IN', { publicMessage: 'No wallet is connected.' });
      const nonce = await client.auth.nonce.mutate();
      if (chainId !== nonce.chainId) await switchChain(config, { chainId: nonce.chainId });
      const message = createSiweMessage({
        address,
        chainId: nonce.chainId,
        domain: nonce.domain,
        uri: nonce.uri,
        nonce: nonce.nonce,
        statement: nonce.statement,
        version: '1',
        issuedAt: new Date(nonce.issuedAt),
        expirationTime: new Date(nonce.expiresAt),
      });
      const signature = await signMessage(config, { message });
      return client.auth.signIn.mutate({ message, signature });
    },
    onSuccess: async ({ address, expiresAt }) => {
      const session: AuthSession = { address, expiresAt };
      queryClient.setQueryData(trpc.auth.session.queryKey(), session);
      dropSocket();
      await queryClient.invalidateQueries();
      router.refresh();
    },
  });
}

/** Ends the session and forgets what it showed; the wallet is disconnected as well. */
export function useSignOut(disconnect: () => void) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const dropSocket = useDropSocket();
  const router = useRouter();
  return useMutation(
    trpc.auth.signOut.mutationOptions({
      onSuccess: () => {
        disconnect();
        queryClient.setQueryData(trpc.auth.session.queryKey(), null);
        dropSocket();
        router.push('/');
        router.refresh();
        queryClient.removeQueries({ predicate: ({ queryKey }) => isPrivate(queryKey) });
      },
    }),
  );
}

const PUBLIC_ROUTERS: ReadonlySet<unknown> = new Set(['master', 'auth']);

/** Keys of tRPC queries begin with their path; what belongs to a buyer must not outlive the session. */
const isPrivate = (queryKey: readonly unknown[]): boolean => Array.isArray(queryKey[0]) && !PUBLIC_ROUTERS.has(queryKey[0][0]);
