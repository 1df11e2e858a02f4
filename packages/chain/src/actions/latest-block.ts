import type { BlockRef } from '@muster/domain/registry/follower-store';
import type { ChainClient } from '../clients.ts';
import { withChainErrors } from '../errors.ts';

/** The chain's newest block. Its time is what the contract calls now, give or take a block. */
export async function latestBlock(client: ChainClient): Promise<BlockRef> {
  const { number, hash, timestamp } = await withChainErrors(() => client.getBlock({ blockTag: 'latest' }));
  return { number: Number(number), hash, timestamp: Number(timestamp) * 1000 };
}
