import type { BlockRef } from '@muster/domain/registry/follower-store';
import { BlockNotFoundError, type Address, type Hex } from 'viem';
import type { ChainClient } from '../clients.ts';

/** An answer that does not fit what the chain said before: the RPC is behind, or a reorg is under way. Try again later. */
export class StaleAnswerError extends Error {
  override readonly name = 'StaleAnswerError';
}

export interface Header extends BlockRef {
  parentHash: string;
  logsBloom: Hex;
}

/** A block by number or tag, or null when the RPC does not know it (yet). */
export async function readBlock(client: ChainClient, at: number | 'latest' | 'safe' | 'finalized'): Promise<Header | null> {
  try {
    const block = await client.getBlock(typeof at === 'number' ? { blockNumber: BigInt(at) } : { blockTag: at });
    const { hash, parentHash, logsBloom } = block;
    return { number: Number(block.number), hash, parentHash, logsBloom, timestamp: Number(block.timestamp) * 1000 };
  } catch (error) {
    if (error instanceof BlockNotFoundError) return null;
    throw error;
  }
}

/** The header under this very hash, or StaleAnswerError. */
export async function requireBlock(client: ChainClient, { number, hash }: { number: number; hash: string }): Promise<Header> {
  const block = await requireNumber(client, number);
  if (block.hash !== hash) throw new StaleAnswerError(`block ${number} is another one by now`);
  return block;
}

export async function requireNumber(client: ChainClient, number: number): Promise<Header> {
  const block = await readBlock(client, number);
  if (!block) throw new StaleAnswerError(`the RPC does not know block ${number}`);
  return block;
}

export interface LogRange {
  registry: Address;
  /** The block that we stand on: what is read must descend from it. Null at the very beginning. */
  base: BlockRef | null;
  from: number;
  /** The last block to read, under the hash that we saw. */
  to: BlockRef;
}
