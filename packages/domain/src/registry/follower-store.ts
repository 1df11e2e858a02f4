import type { RegistryEvent } from './events.ts';

/** Timestamps are unix ms, as everywhere outside the contract. */
export interface BlockRef {
  number: number;
  hash: string;
  timestamp: number;
}

/** A changed hash of the deployment block is another chain, not a reorg. */
export interface Deployment {
  chainId: number;
  registry: string;
  block: number;
  hash: string;
}

export interface Cursor {
  deployment: Deployment;
  head: BlockRef;
  /** Number of the newest block that this chain will not take back. */
  finalized: number;
}

export interface AppendInput {
  /** Newly read blocks, oldest first; the follower may skip blocks without events, but always includes the head. */
  blocks: readonly BlockRef[];
  /** In chain order. */
  events: readonly RegistryEvent[];
  head: BlockRef;
  finalized: number;
  deployment: Deployment;
}

/** Where a follower keeps what it has read of one registry. Implemented over Postgres (master) and over a file (daemons). */
export interface FollowerStore {
  readCursor(): Promise<Cursor | null>;
  /** Newest first. */
  recentBlocks(limit: number): Promise<BlockRef[]>;
  /** Atomic, and idempotent by (blockHash, logIndex). */
  append(input: AppendInput): Promise<void>;
  /** Forgets every block and event above `ancestor`. */
  rollbackTo(ancestor: BlockRef): Promise<{ removed: number }>;
}
