import { AppError } from '@muster/protocol/errors/app-error';
import { anvil, arbitrum, arbitrumSepolia, type Chain } from 'viem/chains';

export interface Network {
  chainId: number;
  name: string;
  chain: Chain;
  /** Anvil: local, mines on demand, has well-known funded keys. Private addresses are allowed there and nowhere else. */
  isDev: boolean;
  /** The newest block up to which something may be torn down. What is merely shown follows `latest` everywhere. */
  finality: 'latest' | 'safe';
  /** How often to look for new blocks, in ms. */
  pollMs: number;
}

const NETWORKS: Readonly<Record<number, Network>> = {
  31337: { chainId: 31337, name: 'Anvil', chain: anvil, isDev: true, finality: 'latest', pollMs: 500 },
  421614: { chainId: 421614, name: 'Arbitrum Sepolia', chain: arbitrumSepolia, isDev: false, finality: 'safe', pollMs: 3000 },
  42161: { chainId: 42161, name: 'Arbitrum One', chain: arbitrum, isDev: false, finality: 'safe', pollMs: 3000 },
};

export const SUPPORTED_CHAIN_IDS: readonly number[] = Object.keys(NETWORKS).map(Number);

/** What Muster knows of a chain. Throws WRONG_CHAIN for a chain that it does not support. */
export function networkOf(chainId: number): Network {
  const network = NETWORKS[chainId];
  if (network) return network;
  const supported = Object.values(NETWORKS).map(({ chainId: id, name }) => `${id} (${name})`);
  throw new AppError('WRONG_CHAIN', {
    publicMessage: `Muster does not know chain ${chainId}.`,
    hint: `Set MUSTER_CHAIN_ID to one of ${supported.join(', ')}.`,
    data: { chainId, supported: SUPPORTED_CHAIN_IDS },
  });
}
