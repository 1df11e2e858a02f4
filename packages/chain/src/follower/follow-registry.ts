import type { AppError } from '@muster/protocol/errors/app-error';
import { systemClock, type Clock } from '@muster/runtime/clock';
import type { Logger } from '@muster/runtime/logger';
import type { Cursor, FollowerStore } from '@muster/domain/registry/follower-store';
import { getAddress, type Address } from 'viem';
import type { ChainClient } from '../clients.ts';
import { rpcUnavailable, toChainError } from '../errors.ts';
import { networkOf } from '../networks.ts';
import { StaleAnswerError } from './block-reader.ts';
import { followOnce, type Progress, type TurnContext } from './turn.ts';
import { createWaker } from './waker.ts';

export type { Progress } from './turn.ts';

export interface FollowOptions {
  client: ChainClient;
  registry: Address;
  deploymentBlock: number;
  store: FollowerStore;
  signal: AbortSignal;
  logger: Logger;
  /** Between two looks at the head, in ms; the network's own pace by default. */
  pollMs?: number;
  /** Most blocks per request; halved while the RPC refuses, and raised again. */
  maxChunkBlocks?: number;
  clock?: Clock;
  /** After each change of the store. The next turn waits for it; its failure is logged and changes nothing. */
  onProgress?: (progress: Exclude<Progress, { kind: 'idle' }>) => Promise<void> | void;
}

export interface FollowerStatus {
  cursor: Cursor | null;
  /** The chain's newest block as last seen; null before the first answer. */
  chainHead: number | null;
  /** Blocks that the store lacks. An idle chain has an old head and no lag. */
  behindBlocks: number | null;
  /** Whether what the store holds may be out of date: not caught up, or the RPC fails. */
  lagging: boolean;
  error: AppError | null;
}

export interface Follower {
  status(): FollowerStatus;
  /** Looks at the chain now instead of at the next poll; resolves when caught up with what it saw, and when it failed. */
  refresh(): Promise<void>;
  /** Resolves once the store has caught up with the head for the first time; rejects with WRONG_CHAIN, or when stopped. */
  caughtUp: Promise<void>;
  /** Resolves when the follower has stopped after its signal. */
  done: Promise<void>;
}

const MAX_BACKOFF_MS = 30_000;

/**
 * Keeps a store in step with one registry: reads in chunks, rolls back reorgs, and on any failure leaves the store as it is
 * and tries again. An RPC that fails, lies behind or answers with nothing is never evidence that something ended.
 */
export function followRegistry(options: FollowOptions): Follower {
  const { client, store, signal, logger, clock = systemClock, maxChunkBlocks = 2000 } = options;
  const network = networkOf(client.chain.id);
  const pollMs = options.pollMs ?? network.pollMs;
  const context: TurnContext = {
    client,
    network,
    registry: getAddress(options.registry),
    deploymentBlock: options.deploymentBlock,
    store,
    chunkBlocks: maxChunkBlocks,
  };
  const waker = createWaker();
  let status: FollowerStatus = { cursor: null, chainHead: null, behindBlocks: null, lagging: true, error: null };
  let failures = 0;
  let settleCaughtUp: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  const caughtUp = new Promise<void>((resolve, reject) => (settleCaughtUp = { resolve, reject }));
  // Nobody has to wait for it.
  caughtUp.catch(() => undefined);

  async function turn(): Promise<{ again: boolean }> {
    try {
      const progress = await followOnce(context);
      succeed(progress);
      if (progress.kind !== 'idle') await announce(progress);
      return { again: progress.kind === 'rolled-back' || status.behindBlocks !== 0 };
    } catch (error) {
      fail(error);
      return { again: false };
    }
  }

  function succeed(progress: Progress): void {
    if (status.error) logger.info({ event: 'chain.recovered', chainHead: progress.chainHead }, 'the chain answers again');
    failures = 0;
    context.chunkBlocks = Math.min(maxChunkBlocks, context.chunkBlocks * 2);
    const cursor = progress.kind === 'rolled-back' ? status.cursor : progress.cursor;
    const behindBlocks = progress.kind === 'rolled-back' ? null : Math.max(0, progress.chainHead - progress.cursor.head.number);
    status = { cursor, chainHead: progress.chainHead, behindBlocks, lagging: behindBlocks !== 0, error: null };
    if (behindBlocks === 0) settleCaughtUp?.resolve();
  }

  function fail(cause: unknown): void {
    const error = cause instanceof StaleAnswerError ? rpcUnavailable(cause, cause.message) : toChainError(cause);
    context.chunkBlocks = Math.max(1, context.chunkBlocks >> 1);
    failures++;
    // Every failure of a long outage in the log would bury the rest.
    if (failures === 1 || error.code !== status.error?.code) report(error);
    status = { ...status, lagging: true, error };
    if (error.code === 'WRONG_CHAIN') settleCaughtUp?.reject(error);
  }

  function report(error: AppError): void {
    const { code, data, publicMessage } = error;
    // What an RPC said is the network's word and is not logged raw.
    if (code === 'RPC_UNAVAILABLE') logger.warn({ event: 'chain.unavailable', code, reason: data['reason'] }, publicMessage);
    else logger.error({ event: 'chain.failed', code, err: error }, publicMessage);
  }

  async function announce(progress: Exclude<Progress, { kind: 'idle' }>): Promise<void> {
    if (progress.kind === 'rolled-back') {
      logger.warn({ event: 'chain.reorg', ancestor: progress.ancestor.number, removed: progress.removed }, 'the chain took blocks back');
    }
    try {
      await options.onProgress?.(progress);
    } catch (err) {
      logger.error({ event: 'chain.progress.failed', err }, 'a reaction to chain progress failed');
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const wake = waker.begin();
      while ((await turn()).again && !signal.aborted);
      wake();
      const backoffMs = failures === 0 ? pollMs : Math.min(MAX_BACKOFF_MS, pollMs * 2 ** Math.min(failures, 10));
      await waker.sleep(backoffMs, { clock, signal });
    }
    settleCaughtUp?.reject(signal.reason);
  }

  return { status: () => status, refresh: () => waker.request(), caughtUp, done: run() };
}
