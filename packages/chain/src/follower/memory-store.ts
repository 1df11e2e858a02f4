import type { AppendInput, BlockRef, Cursor, FollowerStore } from '@muster/domain/registry/follower-store';
import { byPosition, type RegistryEvent } from '@muster/domain/registry/events';

/** A store that its owner can also read: daemons fold the events into what they need. */
export interface ReadableFollowerStore extends FollowerStore {
  /** In chain order. */
  events(): Promise<readonly RegistryEvent[]>;
}

/** Blocks to keep besides those with events: as far back as a reorg may be followed step by step. */
const KEPT_BLOCKS = 512;

/** What a follower has read, in memory. Synchronous, so that each change is atomic. */
export class FollowerMemory {
  cursor: Cursor | null = null;
  #blocks = new Map<number, BlockRef>();
  #events = new Map<string, RegistryEvent>();

  append({ blocks, events, head, finalized, deployment }: AppendInput): void {
    for (const block of blocks) this.#blocks.set(block.number, block);
    for (const event of events) this.#events.set(`${event.position.blockHash}/${event.position.logIndex}`, event);
    this.cursor = { deployment, head, finalized };
    this.#prune();
  }

  rollbackTo(ancestor: BlockRef): { removed: number } {
    for (const number of this.#blocks.keys()) if (number > ancestor.number) this.#blocks.delete(number);
    const gone = [...this.#events].filter(([, { position }]) => position.blockNumber > ancestor.number);
    for (const [key] of gone) this.#events.delete(key);
    this.#blocks.set(ancestor.number, ancestor);
    if (this.cursor) this.cursor = { ...this.cursor, head: ancestor, finalized: Math.min(this.cursor.finalized, ancestor.number) };
    return { removed: gone.length };
  }

  recentBlocks(limit: number): BlockRef[] {
    return [...this.#blocks.values()].toSorted((a, b) => b.number - a.number).slice(0, limit);
  }

  events(): RegistryEvent[] {
    return [...this.#events.values()].toSorted(byPosition);
  }

  #prune(): void {
    if (this.#blocks.size <= 2 * KEPT_BLOCKS) return;
    const used = new Set([...this.#events.values()].map(({ position }) => position.blockNumber));
    const old = this.recentBlocks(this.#blocks.size).slice(KEPT_BLOCKS);
    for (const { number } of old) if (!used.has(number) && number !== this.cursor?.deployment.block) this.#blocks.delete(number);
  }
}

export function createMemoryStore(): ReadableFollowerStore {
  const memory = new FollowerMemory();
  return {
    readCursor: async () => memory.cursor,
    recentBlocks: async (limit) => memory.recentBlocks(limit),
    append: async (input) => memory.append(input),
    rollbackTo: async (ancestor) => memory.rollbackTo(ancestor),
    events: async () => memory.events(),
  };
}
