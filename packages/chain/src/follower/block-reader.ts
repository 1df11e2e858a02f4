import { BlockNotFoundError, type Address, type Hash } from 'viem';
import type { BlockRef } from '@muster/domain/registry/follower-store';
import type { ChainClient } from '../clients.ts';
import type { MinedLog } from './decode-events.ts';

/** An answer that does not fit what the chain said before: the RPC is behind, or a reorg is under way. Try again later. */
export class StaleAnswerError extends Error {
  override readonly name = 'StaleAnswerError';
}

export interface HeaderRef extends BlockRef {
  parentHash: string;
}

/** A block by number or tag, or null when the RPC does not know it (yet). */
export async function readBlock(client: ChainClient, at: number | 'latest' | 'safe' | 'finalized'): Promise<HeaderRef | null> {
  try {
    const block = await client.getBlock(typeof at === 'number' ? { blockNumber: BigInt(at) } : { blockTag: at });
    return { number: Number(block.number), hash: block.hash, parentHash: block.parentHash, timestamp: Number(block.timestamp) * 1000 };
  } catch (error) {
    if (error instanceof BlockNotFoundError) return null;
    throw error;
  }
}

export interface LogRange {
  registry: Address;
  /** The block that we stand on: the answer must descend from it. */
  base: BlockRef | null;
  from: number;
  /** The last block to read; its hash is the one we saw. */
  to: BlockRef;
}

/**
 * The registry's logs in a range, or StaleAnswerError. An RPC that is behind answers a range beyond its head with nothing,
 * which must not be taken for "no events". So one batch, which one machine answers, asks for the logs, for the logs of the
 * last block by its hash (an error where that block is unknown), and for both ends, which must be the blocks that we mean.
 */
export async function readLogs(client: ChainClient, { registry, base, from, to }: LogRange): Promise<MinedLog[]> {
  const [last, ends] = await Promise.all([
    client.getLogs({ address: registry, blockHash: to.hash as Hash }),
    from === to.number ? null : client.getLogs({ address: registry, fromBlock: BigInt(from), toBlock: BigInt(to.number) }),
    requireBlock(client, to),
    base && requireBlock(client, base),
  ]);
  const logs = ends ?? last;
  const inRange = logs.every(({ blockNumber, removed }) => Number(blockNumber) >= from && Number(blockNumber) <= to.number && !removed);
  if (!inRange) throw new StaleAnswerError('the RPC answered with logs of other blocks than it was asked for');
  // The range's tail must say what the last block says by its hash.
  const tail = logs.filter(({ blockNumber }) => Number(blockNumber) === to.number);
  if (tail.length !== last.length || tail.some(({ blockHash }) => blockHash !== to.hash)) {
    throw new StaleAnswerError('the RPC answered for another branch of the chain');
  }
  return logs;
}

/** The blocks of these logs, each checked to be on the chain under the hash that its logs name. */
export async function readBlocksOf(client: ChainClient, logs: readonly MinedLog[]): Promise<BlockRef[]> {
  const hashes = new Map(logs.map(({ blockNumber, blockHash }) => [Number(blockNumber), blockHash]));
  for (const { blockNumber, blockHash } of logs) {
    if (hashes.get(Number(blockNumber)) !== blockHash) throw new StaleAnswerError(`the RPC named two blocks ${blockNumber}`);
  }
  return Promise.all([...hashes].map(([number, hash]) => requireBlock(client, { number, hash })));
}

async function requireBlock(client: ChainClient, { number, hash }: { number: number; hash: string }): Promise<BlockRef> {
  const block = await readBlock(client, number);
  if (!block) throw new StaleAnswerError(`the RPC does not know block ${number}`);
  if (block.hash !== hash) throw new StaleAnswerError(`block ${number} is another one by now`);
  return { number, hash, timestamp: block.timestamp };
}

export async function hasCode(client: ChainClient, address: Address): Promise<boolean> {
  return (await client.getCode({ address })) !== undefined;
}
