import type { Chain } from 'viem';
import { anvil, arbitrum, arbitrumSepolia } from 'viem/chains';

export const DEV_CHAIN_ID = anvil.id;

const KNOWN: readonly Chain[] = [arbitrum, arbitrumSepolia];

/**
 * The chain that the server follows, for wallets. The dev chain is reached at the server's RPC (null: the usual local one);
 * elsewhere a wallet brings its own RPC and the chain's public one serves for reading.
 */
export function networkOf({ chainId, rpcUrl }: { chainId: number; rpcUrl: string | null }): Chain {
  const known = KNOWN.find((chain) => chain.id === chainId);
  if (known) return known;
  const http = rpcUrl === null ? anvil.rpcUrls.default.http : [rpcUrl];
  const name = chainId === DEV_CHAIN_ID ? 'Local dev chain' : `Chain ${chainId}`;
  return { ...anvil, id: chainId, name, rpcUrls: { default: { http } } };
}

/** Where a person can look at a transaction; null on a chain without an explorer. */
export function transactionUrl(chain: Chain, hash: string): string | null {
  const base = chain.blockExplorers?.default.url;
  return base ? `${base}/tx/${hash}` : null;
}

export function addressUrl(chain: Chain, address: string): string | null {
  const base = chain.blockExplorers?.default.url;
  return base ? `${base}/address/${address}` : null;
}
