import { byPosition, registryEventSchema, type RegistryEvent } from '@muster/domain/registry/events';
import type { BlockRef } from '@muster/domain/registry/follower-store';
import { standingOfNumber } from '@muster/domain/registry/standing';
import { decodeEventLog, type Log } from 'viem';
import { computeRegistryAbi } from '../generated/compute-registry.ts';
import { StaleAnswerError } from './block-reader.ts';

export type MinedLog = Log<bigint, number, false>;

/** Logs of the registry as domain events, in chain order. Throws on a log that the ABI does not know: nothing is skipped. */
export function decodeEvents(logs: readonly MinedLog[], blocks: readonly BlockRef[]): RegistryEvent[] {
  const times = new Map(blocks.map(({ hash, timestamp }) => [hash, timestamp]));
  return logs.map((log) => decodeEvent(log, times.get(log.blockHash))).toSorted(byPosition);
}

function decodeEvent(log: MinedLog, blockTime: number | undefined): RegistryEvent {
  if (blockTime === undefined) throw new StaleAnswerError(`the block of a log, ${log.blockHash}, was not read`);
  const { eventName, args } = decodeEventLog({ abi: computeRegistryAbi, topics: log.topics, data: log.data, strict: true });
  const { blockHash, logIndex, transactionHash: txHash } = log;
  return registryEventSchema.parse({
    name: eventName,
    args: Object.fromEntries(Object.entries(args).map(([name, value]) => [name, plainValue(name, value)])),
    position: { blockNumber: Number(log.blockNumber), blockHash, blockTime, logIndex, txHash },
  });
}

/** Run ids (the only uint256) become decimal strings and standings words; the rest is plain already. */
function plainValue(name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  return name === 'standing' && typeof value === 'number' ? standingOfNumber(value) : value;
}
