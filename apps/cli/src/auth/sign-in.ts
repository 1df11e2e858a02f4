import { createSiweMessage } from 'viem/siwe';
import type { PrivateKeyAccount } from 'viem/accounts';
import { AppError } from '@muster/protocol/errors/app-error';
import type { ApiClient } from '../api-client.ts';

/**
 * Sign-In with Ethereum: asks the server for a nonce and signs the message that it will accept. The domain must be the server's own,
 * else a server could collect a signature that signs us in somewhere else.
 */
export async function signIn(
  api: ApiClient,
  { url, account }: { url: string; account: PrivateKeyAccount },
): Promise<{ token: string; expiresAt: string }> {
  const { nonce, issuedAt, chainId, domain, uri, statement } = await api.auth.nonce.mutate();
  requireSameHost({ url, domain, uri });
  const message = createSiweMessage({
    address: account.address,
    chainId,
    domain,
    uri,
    nonce,
    statement,
    version: '1',
    issuedAt: new Date(issuedAt),
  });
  return api.auth.signIn.mutate({ message, signature: await account.signMessage({ message }) });
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

function requireSameHost({ url, domain, uri }: { url: string; domain: string; uri: string }): void {
  const asked = new URL(url);
  if ([`${asked.protocol}//${domain}`, uri].every((claimed) => URL.canParse(claimed) && isSameHost(asked, new URL(claimed)))) return;
  throw new AppError('SIGN_IN_INVALID', {
    publicMessage: `The server at ${asked.host} asks for a sign-in to ${domain}.`,
    hint: 'Use the URL that the server was given as its public one (MUSTER_PUBLIC_URL), or do not trust it.',
  });
}

const isSameHost = (a: URL, b: URL): boolean =>
  a.host === b.host || (LOOPBACK.has(a.hostname) && LOOPBACK.has(b.hostname) && a.port === b.port);
