import { createLoggerTo } from '@muster/runtime/logger';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createChainClient } from '../clients.ts';
import { startDevChain, type DevChain } from '../testing/dev-chain.ts';
import { startRpcProxy, type RpcProxy } from '../testing/rpc-proxy.ts';
import { followRegistry } from './follow-registry.ts';
import { createMemoryStore } from './memory-store.ts';

let chain: DevChain;
let proxy: RpcProxy;

beforeEach(async () => {
  chain = await startDevChain();
  proxy = await startRpcProxy(chain.anvil.rpcUrl);
});

afterEach(async () => {
  await proxy.stop();
  await chain.stop();
});

/** mulberry32: the same sequence for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const isByHash = (filter: unknown): boolean => typeof filter === 'object' && filter !== null && 'blockHash' in filter;

const rangeSchema = z.object({ fromBlock: z.string(), toBlock: z.string() });

function lengthOf(filter: unknown): number {
  const { fromBlock, toBlock } = rangeSchema.parse(filter);
  return Number(toBlock) - Number(fromBlock) + 1;
}

/** Ways in which an RPC behind a load balancer is wrong for a while. */
const misbehaviours: (() => void)[] = [
  () => proxy.refuse(),
  () => proxy.tamper('eth_getLogs', () => ({ error: { code: -32005, message: 'limit exceeded' } })),
  () =>
    proxy.tamper('eth_getLogs', ([filter]) => (isByHash(filter) ? { error: { code: -32000, message: 'unknown block' } } : { result: [] })),
  // Two machines answer one batch: the blooms of near headers give it away. Long ranges rely on one machine per batch.
  () => proxy.tamper('eth_getLogs', ([filter]) => (isByHash(filter) || lengthOf(filter) > 32 ? undefined : { result: [] })),
  () => proxy.tamper('eth_getBlockByNumber', ([at]) => (at === 'latest' ? undefined : { result: null })),
];

async function act(random: (below: number) => number): Promise<void> {
  const kind = random(5);
  if (kind === 0) await chain.createRun();
  if (kind === 1) await chain.registerNode(await chain.createRun());
  if (kind === 2) await chain.cheat('anvil_mine', [`0x${(1 + random(50)).toString(16)}`]);
  if (kind < 3) return;
  const head = Number(await chain.client.getBlockNumber());
  const depth = Math.min(1 + random(8), head - chain.addresses.deploymentBlock);
  if (depth <= 0) return;
  if (kind === 3) await chain.cheat('anvil_reorg', [depth, []]);
  else await chain.cheat('anvil_rollback', [depth]);
}

describe('followRegistry', () => {
  it.each([1, 2, 3])('agrees with the chain after anything that chains and RPCs do (seed %i)', async (seed) => {
    const random = randomFrom(seed);
    const controller = new AbortController();
    const store = createMemoryStore();
    const { registry, deploymentBlock } = chain.addresses;
    const logger = createLoggerTo({ write: () => undefined }, { name: 'test' });
    const client = createChainClient({ chainId: 31337, rpcUrl: proxy.url, retries: 0 });
    const follower = followRegistry({
      client,
      registry,
      deploymentBlock,
      store,
      logger,
      signal: controller.signal,
      pollMs: 600_000,
      maxChunkBlocks: 100,
    });
    for (let i = 0; i < 25; i++) {
      if (random(3) > 0) misbehaviours[random(misbehaviours.length)]?.();
      await act(random);
      await follower.refresh();
      if (random(2) === 0) proxy.behave();
    }
    proxy.behave();
    await follower.refresh();
    expect(follower.status()).toMatchObject({ lagging: false, error: null });
    const logs = await chain.client.getLogs({ address: registry, fromBlock: 0n, toBlock: 'latest' });
    const held = (await store.events()).map(({ position }) => `${position.blockHash}/${position.logIndex}`);
    expect(held).toEqual(logs.map(({ blockHash, logIndex }) => `${blockHash}/${logIndex}`));
    expect((await store.readCursor())?.head.hash).toBe((await chain.client.getBlock()).hash);
    controller.abort();
    await follower.done;
  });
});
