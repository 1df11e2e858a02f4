import type { BlockRef } from '@muster/domain/registry/follower-store';
import type { Hash } from 'viem';
import type { ChainClient } from '../clients.ts';
import { requireNumber, StaleAnswerError, type Header, type LogRange } from './block-reader.ts';
import { bloomMayHold } from './bloom.ts';
import type { MinedLog } from './decode-events.ts';

/**
 * The registry's logs close to the head, where machines behind one RPC disagree. Every header is read and must link to the
 * one before it; logs are then fetched by block hash, which no machine can answer for another block, for each block whose
 * bloom or whose range query shows any. An empty answer is thus believed only where the header itself says "none".
 */
export async function readLogsNear(
  client: ChainClient,
  { registry, base, from, to }: LogRange,
): Promise<{ logs: MinedLog[]; blocks: BlockRef[] }> {
  const numbers = Array.from({ length: to.number - from + 1 }, (_, i) => from + i);
  const [hints, ...headers] = await Promise.all([
    client.getLogs({ address: registry, fromBlock: BigInt(from), toBlock: BigInt(to.number) }),
    ...numbers.map((number) => requireNumber(client, number)),
  ]);
  requireLinks(headers, base, to);
  const hinted = new Set<string>(hints.map(({ blockHash }) => blockHash));
  const candidates = headers.filter(({ hash, logsBloom }) => hinted.has(hash) || bloomMayHold(logsBloom, registry));
  const known = new Set(headers.map(({ hash }) => hash));
  if ([...hinted].some((hash) => !known.has(hash))) throw new StaleAnswerError('the RPC answered with logs of another branch');
  const found = await Promise.all(candidates.map(({ hash }) => client.getLogs({ address: registry, blockHash: hash as Hash })));
  const logs = found.flat();
  const missing = hints.find((hint) => !logs.some((log) => log.blockHash === hint.blockHash && log.logIndex === hint.logIndex));
  if (missing) throw new StaleAnswerError(`the RPC named a log in block ${missing.blockNumber} and then did not have it`);
  if (logs.some(({ blockHash }) => !known.has(blockHash))) throw new StaleAnswerError('the RPC answered with logs of other blocks');
  const used = new Set<string>(logs.map(({ blockHash }) => blockHash));
  return { logs, blocks: headers.filter(({ hash }) => used.has(hash)) };
}

function requireLinks(headers: readonly Header[], base: BlockRef | null, to: BlockRef): void {
  let parent = base?.hash;
  for (const { number, hash, parentHash } of headers) {
    if (parent !== undefined && parentHash !== parent) throw new StaleAnswerError(`block ${number} does not follow the block before it`);
    parent = hash;
  }
  if (parent !== to.hash) throw new StaleAnswerError(`block ${to.number} is another one by now`);
}
