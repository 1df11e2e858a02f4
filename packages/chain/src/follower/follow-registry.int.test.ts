import { createLoggerTo } from '@muster/runtime/logger';
import { applyRegistryEvents } from '@muster/domain/registry/fold';
import { EMPTY_REGISTRY, registrationKey } from '@muster/domain/registry/state';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { closeRun } from '../actions/close-run.ts';
import { submitVerdict } from '../actions/submit-verdict.ts';
import { createChainClient } from '../clients.ts';
import { EVIDENCE_HASH, startDevChain, type DevChain } from '../testing/dev-chain.ts';
import { startRpcProxy, type RpcProxy } from '../testing/rpc-proxy.ts';
import { followRegistry, type FollowOptions, type Progress } from './follow-registry.ts';
import { createMemoryStore, type ReadableFollowerStore } from './memory-store.ts';

const cleanups: (() => Promise<unknown> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function setup() {
  const chain = await startDevChain();
  cleanups.push(() => chain.stop());
  return { chain, store: createMemoryStore() };
}

function follow(chain: DevChain, store: ReadableFollowerStore, options: Partial<FollowOptions> = {}) {
  const controller = new AbortController();
  const progress: Progress[] = [];
  const follower = followRegistry({
    client: chain.client,
    registry: chain.addresses.registry,
    deploymentBlock: chain.addresses.deploymentBlock,
    store,
    // Only `refresh` moves it, so that each test sees every turn.
    pollMs: 600_000,
    signal: controller.signal,
    logger: createLoggerTo({ write: () => undefined }, { name: 'test' }),
    onProgress: (step) => void progress.push(step),
    ...options,
  });
  const stop = async () => {
    controller.abort();
    await follower.done;
  };
  cleanups.push(stop);
  return { follower, progress, stop };
}

const namesOf = async (store: ReadableFollowerStore) => (await store.events()).map(({ name }) => name);

async function standingIn(store: ReadableFollowerStore, runId: string, node: string) {
  return applyRegistryEvents(EMPTY_REGISTRY, await store.events()).registrations.get(registrationKey({ runId, node }))?.standing;
}

const isByHash = (filter: unknown): boolean => typeof filter === 'object' && filter !== null && 'blockHash' in filter;

const approve = (chain: DevChain, runId: string, node: `0x${string}`) =>
  submitVerdict(
    { sender: chain.sender('validator'), registry: chain.addresses.registry },
    { runId, node, seq: 1, round: 1, approve: true, evidenceHash: EVIDENCE_HASH },
    { key: `${Math.random()}` },
  );

describe('followRegistry', () => {
  it('reads what happened before it started, then what happens', async () => {
    const { chain, store } = await setup();
    const runId = await chain.createRun({ requirements: 'cpu: 2..' });
    const { follower } = follow(chain, store);
    await follower.caughtUp;
    const [created] = await store.events();
    expect(created).toMatchObject({
      name: 'RunCreated',
      args: { runId, owner: chain.account('buyer').address, spec: { requirements: 'cpu: 2..' } },
    });

    const { node, blockNumber, hash } = await chain.registerNode(runId);
    await follower.refresh();
    expect((await store.events())[1]).toMatchObject({
      name: 'Registered',
      args: { runId, node: node.address, seq: 1 },
      position: { blockNumber, txHash: hash },
    });
    const { hash: blockHash, timestamp } = await chain.client.getBlock({ blockNumber: BigInt(blockNumber) });
    expect((await store.events())[1]?.position).toMatchObject({ blockHash, blockTime: Number(timestamp) * 1000 });
    expect(follower.status()).toMatchObject({
      lagging: false,
      behindBlocks: 0,
      error: null,
      cursor: { head: { hash: blockHash }, finalized: blockNumber },
    });
  });

  it('decodes every kind of event of a whole life', async () => {
    const { chain, store } = await setup();
    const runId = await chain.createRun();
    const { node } = await chain.registerNode(runId);
    await approve(chain, runId, node.address);
    await closeRun({ sender: chain.sender('buyer'), registry: chain.addresses.registry }, { runId });
    const { follower } = follow(chain, store);
    await follower.caughtUp;
    expect(await namesOf(store)).toEqual(['RunCreated', 'Registered', 'VerdictSubmitted', 'RoundSettled', 'RunClosed']);
    expect(await standingIn(store, runId, node.address)).toBe('Approved');
  });

  it('rolls back a registration that a reorg took away, and reads it again where it lands', async () => {
    const { chain, store } = await setup();
    const runId = await chain.createRun();
    const { follower, progress } = follow(chain, store);
    await follower.caughtUp;
    const { node } = await chain.registerNode(runId);
    await follower.refresh();
    expect(await standingIn(store, runId, node.address)).toBe('Pending');

    await chain.cheat('anvil_reorg', [1, []]);
    await follower.refresh();
    expect(await standingIn(store, runId, node.address)).toBeUndefined();
    expect(await namesOf(store)).toEqual(['RunCreated']);
    expect(progress.some((step) => step.kind === 'rolled-back' && step.removed === 1)).toBe(true);

    await chain.sender('provider').resume();
    await follower.refresh();
    expect(await standingIn(store, runId, node.address)).toBe('Pending');
    expect(await namesOf(store)).toEqual(['RunCreated', 'Registered']);
  });

  it('rolls back an approval across a deep reorg and keeps what came before it', async () => {
    const { chain, store } = await setup();
    const runId = await chain.createRun();
    const { node } = await chain.registerNode(runId);
    const { follower } = follow(chain, store);
    await follower.caughtUp;
    await chain.cheat('anvil_mine', ['0x5']);
    await follower.refresh();
    await approve(chain, runId, node.address);
    await chain.cheat('anvil_mine', ['0x3']);
    await follower.refresh();
    expect(await standingIn(store, runId, node.address)).toBe('Approved');

    await chain.cheat('anvil_reorg', [6, []]);
    await follower.refresh();
    expect(await standingIn(store, runId, node.address)).toBe('Pending');
    expect(await namesOf(store)).toEqual(['RunCreated', 'Registered']);
    expect(follower.status()).toMatchObject({ lagging: false, error: null });
  });

  it('follows a dev chain back when it lost its newest blocks, and forward again', async () => {
    const { chain, store } = await setup();
    const runId = await chain.createRun();
    const { follower } = follow(chain, store);
    await follower.caughtUp;
    const { node } = await chain.registerNode(runId);
    await follower.refresh();
    await chain.cheat('anvil_rollback', [1]);
    await follower.refresh();
    expect(await standingIn(store, runId, node.address)).toBeUndefined();
    expect(follower.status()).toMatchObject({ error: null, lagging: false });
    await chain.sender('provider').resume();
    await follower.refresh();
    expect(await standingIn(store, runId, node.address)).toBe('Pending');
  });

  it('catches up after downtime in chunks, each a step of its own', async () => {
    const { chain, store } = await setup();
    const first = follow(chain, store);
    await first.follower.caughtUp;
    await first.stop();
    for (let i = 0; i < 4; i++) {
      await chain.createRun();
      await chain.cheat('anvil_mine', ['0x6']);
    }
    const second = follow(chain, store, { maxChunkBlocks: 5 });
    await second.follower.caughtUp;
    expect(await namesOf(store)).toEqual(Array.from({ length: 4 }, () => 'RunCreated'));
    const steps = second.progress.filter((step) => step.kind === 'appended');
    expect(steps.length).toBeGreaterThanOrEqual(5);
    const heads = steps.map((step) => step.cursor.head.number);
    expect(heads).toEqual([...heads].toSorted((a, b) => a - b));
    expect(heads.at(-1)).toBe(Number(await chain.client.getBlockNumber()));
  });

  it('changes nothing when it reads the same blocks twice', async () => {
    const { chain, store } = await setup();
    await chain.createRun();
    const { follower } = follow(chain, store);
    await follower.caughtUp;
    const before = await store.events();
    const cursor = await store.readCursor();
    if (!cursor) throw new Error('no cursor');
    await store.append({ blocks: [cursor.head], events: before, ...cursor });
    expect(await store.events()).toEqual(before);
  });

  it('does not take an idle chain for a lagging one, and writes nothing meanwhile', async () => {
    const { chain, store } = await setup();
    const { follower, progress } = follow(chain, store);
    await follower.caughtUp;
    const steps = progress.length;
    await follower.refresh();
    await follower.refresh();
    expect(progress).toHaveLength(steps);
    expect(follower.status()).toMatchObject({ lagging: false, behindBlocks: 0, error: null });
  });

  it('says when a dev chain was started anew, and leaves what it holds alone', async () => {
    const { chain, store } = await setup();
    await chain.createRun();
    const { follower, stop } = follow(chain, store);
    await follower.caughtUp;
    await stop();
    const held = await store.events();

    // Two dev chains that begin within one second are the same to the last bit.
    const begunBefore = Math.floor(Date.now() / 1000);
    await vi.waitUntil(() => Math.floor(Date.now() / 1000) > begunBefore, { timeout: 60_000 });
    const other = await setup();
    await other.chain.cheat('anvil_mine', ['0x5']);
    const again = follow(other.chain, store);
    await expect(again.follower.caughtUp).rejects.toMatchObject({ code: 'WRONG_CHAIN', hint: expect.stringContaining('npm run reset') });
    expect(await store.events()).toEqual(held);
    expect(again.follower.status()).toMatchObject({ lagging: true, error: { code: 'WRONG_CHAIN' } });
  });

  it('goes on when a reaction to its progress fails', async () => {
    const { chain, store } = await setup();
    const { follower } = follow(chain, store, {
      onProgress: () => {
        throw new Error('broken reaction');
      },
    });
    await follower.caughtUp;
    await chain.createRun();
    await follower.refresh();
    expect(await namesOf(store)).toEqual(['RunCreated']);
  });
});

describe('followRegistry behind an RPC that misbehaves', () => {
  async function setupProxy() {
    const { chain, store } = await setup();
    const proxy = await startRpcProxy(chain.anvil.rpcUrl);
    cleanups.push(() => proxy.stop());
    const client = createChainClient({ chainId: 31337, rpcUrl: proxy.url, retries: 0 });
    const runId = await chain.createRun();
    const started = follow(chain, store, { client });
    await started.follower.caughtUp;
    return { chain, store, proxy, runId, client, ...started };
  }

  /** Whatever the RPC does, nothing is lost and nothing is skipped: once it behaves, the store is complete. */
  async function expectUnharmed(
    world: { chain: DevChain; store: ReadableFollowerStore; proxy: RpcProxy; follower: ReturnType<typeof followRegistry>; runId: string },
    misbehave: () => void,
  ) {
    const { chain, store, proxy, follower, runId } = world;
    const { node } = await chain.registerNode(runId);
    misbehave();
    await follower.refresh();
    expect(await namesOf(store)).toEqual(['RunCreated']);
    expect(follower.status()).toMatchObject({ lagging: true, error: { code: 'RPC_UNAVAILABLE' } });
    proxy.behave();
    await follower.refresh();
    expect(await namesOf(store)).toEqual(['RunCreated', 'Registered']);
    expect(await standingIn(store, runId, node.address)).toBe('Pending');
    expect(follower.status()).toMatchObject({ lagging: false, error: null });
  }

  it('holds what it has while the RPC is down', async () => {
    const world = await setupProxy();
    await expectUnharmed(world, () => world.proxy.refuse());
  });

  it('does not take errors of the RPC for an answer', async () => {
    const world = await setupProxy();
    await expectUnharmed(world, () => world.proxy.tamper('eth_getLogs', () => ({ error: { code: -32005, message: 'limit exceeded' } })));
  });

  it('does not skip a block whose logs come from a machine that does not know it', async () => {
    const world = await setupProxy();
    // What such a machine says: nothing for the range, and an error for the hash.
    await expectUnharmed(world, () =>
      world.proxy.tamper('eth_getLogs', ([filter]) =>
        isByHash(filter) ? { error: { code: -32000, message: 'unknown block' } } : { result: [] },
      ),
    );
  });

  it('does not skip old blocks when a machine that is behind answers their range with nothing', async () => {
    const world = await setupProxy();
    await world.chain.registerNode(world.runId);
    await world.chain.cheat('anvil_mine', ['0x40']);
    world.proxy.tamper('eth_getLogs', ([filter]) =>
      isByHash(filter) ? { error: { code: -32000, message: 'unknown block' } } : { result: [] },
    );
    await world.follower.refresh();
    expect(await namesOf(world.store)).toEqual(['RunCreated']);
    world.proxy.behave();
    await world.follower.refresh();
    expect(await namesOf(world.store)).toEqual(['RunCreated', 'Registered']);
  });

  it('finds an event by the bloom of its header although the range comes back empty', async () => {
    const world = await setupProxy();
    await world.chain.registerNode(world.runId);
    await world.chain.cheat('anvil_mine', ['0x3']);
    world.proxy.tamper('eth_getLogs', ([filter]) => (isByHash(filter) ? undefined : { result: [] }));
    await world.follower.refresh();
    expect(await namesOf(world.store)).toEqual(['RunCreated', 'Registered']);
  });

  it('does not believe a header that does not follow the one before it', async () => {
    const world = await setupProxy();
    await world.chain.cheat('anvil_mine', ['0x2']);
    await expectUnharmed(world, () => {
      const foreign = {
        result: {
          number: '0x1',
          hash: `0x${'cd'.repeat(32)}`,
          parentHash: `0x${'ef'.repeat(32)}`,
          timestamp: '0x1',
          logsBloom: `0x${'00'.repeat(256)}`,
          transactions: [],
        },
      };
      let calls = 0;
      world.proxy.tamper('eth_getBlockByNumber', ([at]) => (at === 'latest' || ++calls !== 3 ? undefined : foreign));
    });
  });

  it('does not take blocks that the RPC has forgotten for a reorg', async () => {
    const world = await setupProxy();
    await expectUnharmed(world, () =>
      world.proxy.tamper('eth_getBlockByNumber', ([at]) => (at === 'latest' ? undefined : { result: null })),
    );
  });

  it('waits when the head is on another branch than the logs', async () => {
    const world = await setupProxy();
    const other = `0x${'ab'.repeat(32)}`;
    await expectUnharmed(world, () =>
      world.proxy.tamper('eth_getLogs', (_, real) => ({ result: real.map((log) => ({ ...log, blockHash: other })) })),
    );
  });
});
