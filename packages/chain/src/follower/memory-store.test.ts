import { numberToHex } from 'viem';
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from './memory-store.ts';

const hashOf = (number: number) => numberToHex(number, { size: 32 });
const owner = numberToHex(1, { size: 20 });

describe('createMemoryStore', () => {
  it('forgets old blocks without events, and never an event or the deployment block', async () => {
    const store = createMemoryStore();
    for (let number = 2; number < 1500; number++) {
      const head = { number, hash: hashOf(number), timestamp: number };
      const position = { blockNumber: number, blockHash: head.hash, blockTime: number, logIndex: 0, txHash: head.hash };
      const events = number % 500 === 0 ? [{ name: 'RunClosed' as const, args: { runId: '1', owner }, position }] : [];
      await store.append({
        blocks: [head],
        events,
        head,
        finalized: 0,
        deployment: { chainId: 31337, registry: owner, block: 2, hash: hashOf(2) },
      });
    }
    const kept = (await store.recentBlocks(5000)).map(({ number }) => number);
    expect(kept.length).toBeLessThan(1100);
    expect(kept).toEqual(expect.arrayContaining([2, 500, 1000, 1499]));
    expect(await store.events()).toHaveLength(2);
  });
});
