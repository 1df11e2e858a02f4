import { createTRPCClient, createWSClient, httpLink, splitLink, wsLink, type TRPCClient } from '@trpc/client';
import type { LocalAccount } from 'viem';
import { createSiweMessage } from 'viem/siwe';
import type { BuyerRouter } from '../types.ts';
import { standardWebSocket } from './web-socket.ts';

/** The parts of viem's local accounts and of our signers that Sign-In with Ethereum takes. */
export type Wallet = Pick<LocalAccount, 'address' | 'signMessage'>;
export type BuyerClient = TRPCClient<BuyerRouter>;
export type TestBuyer = { address: string; token: string; client: BuyerClient; close(): Promise<void> };

/** A client over HTTP, and over a WebSocket for subscriptions; without a token it is a visitor. */
export function createBuyerClient(url: string, token: string | null): { client: BuyerClient; close(): Promise<void> } {
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  const socket = createWSClient({
    url: `${url.replace('http', 'ws')}/api/trpc`,
    WebSocket: standardWebSocket(),
    lazy: { enabled: true, closeMs: 0 },
    connectionParams: () => authorization,
  });
  const client = createTRPCClient<BuyerRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: wsLink({ client: socket }),
        false: httpLink({ url: `${url}/api/trpc`, headers: authorization }),
      }),
    ],
  });
  return { client, close: () => socket.close() };
}

/** The ERC-4361 message that the server asks for, as the wallet would sign it. */
export async function siweMessageFor(client: BuyerClient, account: Wallet): Promise<string> {
  const { nonce, issuedAt, chainId, domain, uri, statement } = await client.auth.nonce.mutate();
  return createSiweMessage({
    address: account.address,
    chainId,
    domain,
    nonce,
    uri,
    version: '1',
    statement,
    issuedAt: new Date(issuedAt),
  });
}

/** Signs in with a real signature. */
export async function signInBuyer(url: string, account: Wallet): Promise<TestBuyer> {
  const visitor = createBuyerClient(url, null);
  const message = await siweMessageFor(visitor.client, account);
  const { token } = await visitor.client.auth.signIn.mutate({ message, signature: await account.signMessage({ message }) });
  await visitor.close();
  return { address: account.address, token, ...createBuyerClient(url, token) };
}
