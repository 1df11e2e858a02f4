import type { BlockRef } from '@muster/domain/registry/follower-store';
import type { Hash } from 'viem';
import type { ChainClient } from '../clients.ts';
import { requireBlock, StaleAnswerError, type LogRange } from './block-reader.ts';
import type { MinedLog } from './decode-events.ts';

/**
 * The registry's logs in a long range well behind the head, for catching up. An RPC that is behind answers a range beyond
 * its head with nothing, so the same batch, which one machine answers, asks for the last block's logs by its hash (an error
 * where that block is unknown) and for both ends of the range, which must be the blocks that we mean.
 */
export async function readLogsFar(
  client: ChainClient,
  { registry, base, from, to }: LogRange,
): Promise<{ logs: MinedLog[]; blocks: BlockRef[] }> {
  const [logs, last] = await Promise.all([
    client.getLogs({ address: registry, fromBlock: BigInt(from), toBlock: BigInt(to.number) }),
    client.getLogs({ address: registry, blockHash: to.hash as Hash }),
    requireBlock(client, to),
    base && requireBlock(client, base),
  ]);
  const inRange = logs.every(({ blockNumber, removed }) => Number(blockNumber) >= from && Number(blockNumber) <= to.number && !removed);
  if (!inRange) throw new StaleAnswerError('the RPC answered with logs of other blocks than it was asked for');
  // The range's tail must say what the last block says by its hash.
  const tail = logs.filter(({ blockNumber }) => Number(blockNumber) === to.number);
  if (tail.length !== last.length || tail.some(({ blockHash }) => blockHash !== to.hash)) {
    throw new StaleAnswerError('the RPC answered for another branch of the chain');
  }
  return { logs, blocks: await readBlocksOf(client, logs) };
}

/** The blocks of these logs, each checked to be on the chain under the hash that its logs name. */
async function readBlocksOf(client: ChainClient, logs: readonly MinedLog[]): Promise<BlockRef[]> {
  const hashes = new Map(logs.map(({ blockNumber, blockHash }) => [Number(blockNumber), blockHash]));
  for (const { blockNumber, blockHash } of logs) {
    if (hashes.get(Number(blockNumber)) !== blockHash) throw new StaleAnswerError(`the RPC named two blocks ${blockNumber}`);
  }
  return Promise.all([...hashes].map(([number, hash]) => requireBlock(client, { number, hash })));
}
