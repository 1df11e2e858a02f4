import type { BlockRef, Deployment, FollowerStore } from '@muster/domain/registry/follower-store';
import type { ChainClient } from '../clients.ts';
import { readBlock, StaleAnswerError } from './block-reader.ts';

const PAGE = 128;

export interface AncestorQuery {
  client: ChainClient;
  store: FollowerStore;
  deployment: Deployment;
  /** The RPC's head, when blocks above it are known to be gone; null when their absence proves nothing. */
  authoritativeHead: number | null;
}

/**
 * The newest block that we hold and that is still on the chain. If a block is, so are all before it: hence a binary search.
 * Only another hash at the same height counts as evidence; an RPC that does not know a height ends the search.
 */
export async function findAncestor(query: AncestorQuery): Promise<BlockRef> {
  const { client, store, deployment } = query;
  for (let limit = PAGE; ; limit *= 16) {
    const blocks = (await store.recentBlocks(limit)).filter(({ number }) => number > deployment.block);
    const oldest = blocks.at(-1);
    if (oldest && (await isOnChain(query, oldest))) return newestOnChain(query, blocks);
    if (blocks.length < limit - 1) break;
  }
  // The deployment block was checked to be the same: what we hold above it is of another branch.
  const root = await readBlock(client, deployment.block);
  if (root?.hash !== deployment.hash) throw new StaleAnswerError('the deployment block changed while a reorg was followed');
  return { number: root.number, hash: root.hash, timestamp: root.timestamp };
}

/** `blocks` newest first, the last of them on the chain. */
async function newestOnChain(query: AncestorQuery, blocks: readonly BlockRef[]): Promise<BlockRef> {
  let low = 0;
  let high = blocks.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const block = blocks[middle];
    if (block && (await isOnChain(query, block))) high = middle;
    else low = middle + 1;
  }
  const ancestor = blocks[low];
  if (!ancestor) throw new Error('an empty list of blocks has no ancestor');
  return ancestor;
}

async function isOnChain({ client, authoritativeHead }: AncestorQuery, held: BlockRef): Promise<boolean> {
  const block = await readBlock(client, held.number);
  if (block) return block.hash === held.hash;
  if (authoritativeHead !== null && held.number > authoritativeHead) return false;
  throw new StaleAnswerError(`the RPC does not know block ${held.number}`);
}
