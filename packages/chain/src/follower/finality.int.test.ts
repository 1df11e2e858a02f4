import { createLoggerTo } from '@muster/runtime/logger';
import { createTestClient, http } from 'viem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRun } from '../actions/create-run.ts';
import { createChainClient, type ChainClient } from '../clients.ts';
import { deployContracts, type Deployment } from '../deploy/deploy.ts';
import { startAnvil, type Anvil } from '../dev/anvil.ts';
import { devAccount } from '../dev/dev-accounts.ts';
import { createTxSender, type TxSender } from '../sender/tx-sender.ts';
import { startRpcProxy, type RpcProxy } from '../testing/rpc-proxy.ts';
import { followRegistry, type Follower } from './follow-registry.ts';
import { createMemoryStore, type ReadableFollowerStore } from './memory-store.ts';

// Anvil under Arbitrum Sepolia's chain id: finality by `safe`, and an RPC that may be behind. Its `safe` is 32 blocks back.
const SAFE_DEPTH = 32;

let anvil: Anvil;
let proxy: RpcProxy;
let client: ChainClient;
let deployment: Deployment;
let sender: TxSender;
let store: ReadableFollowerStore;
let follower: Follower;
const controller = { current: new AbortController() };

beforeEach(async () => {
  anvil = await startAnvil({ chainId: 421614 });
  proxy = await startRpcProxy(anvil.rpcUrl);
  client = createChainClient({ chainId: 421614, rpcUrl: proxy.url, retries: 0 });
  client.pollingInterval = 20;
  deployment = await deployContracts({ client, account: devAccount(0), owner: devAccount(0).address, validators: [] });
  sender = createTxSender({ client, account: devAccount(1) });
  store = createMemoryStore();
  controller.current = new AbortController();
  const logger = createLoggerTo({ write: () => undefined }, { name: 'test' });
  const { registry, deploymentBlock } = deployment;
  follower = followRegistry({ client, registry, deploymentBlock, store, logger, signal: controller.current.signal, pollMs: 600_000 });
  await follower.caughtUp;
});

afterEach(async () => {
  controller.current.abort();
  await follower.done;
  await proxy.stop();
  await anvil.stop();
});

const mine = (blocks: number) => createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) }).mine({ blocks });
const head = async () => Number(await createChainClient({ chainId: 421614, rpcUrl: anvil.rpcUrl }).getBlockNumber());

const newRun = () =>
  createRun(
    { sender, registry: deployment.registry },
    {
      master: devAccount(4).address,
      validators: deployment.validatorSet,
      quorum: 1,
      discoveryUri: 'https://discovery.example.com',
      requirements: '',
    },
  );

describe('followRegistry on a chain with finality by `safe`', () => {
  it('shows the latest at once and calls final what is safe', async () => {
    const { receipt } = await newRun();
    await follower.refresh();
    expect((await store.events()).map(({ name }) => name)).toEqual(['RunCreated']);
    expect(follower.status().cursor?.finalized).toBeLessThan(receipt.blockNumber);
    await mine(SAFE_DEPTH + 1);
    await follower.refresh();
    expect(follower.status().cursor).toMatchObject({ head: { number: await head() }, finalized: (await head()) - SAFE_DEPTH });
    expect(follower.status().cursor?.finalized).toBeGreaterThanOrEqual(receipt.blockNumber);
  });

  it('keeps its finality while the RPC cannot tell, and never moves it back', async () => {
    await mine(SAFE_DEPTH + 10);
    await follower.refresh();
    const before = follower.status().cursor?.finalized;
    proxy.tamper('eth_getBlockByNumber', ([at]) =>
      at === 'safe' ? { error: { code: -32000, message: 'safe block not found' } } : undefined,
    );
    await mine(1);
    await follower.refresh();
    expect(follower.status()).toMatchObject({ error: null, cursor: { finalized: before, head: { number: await head() } } });
    const old: unknown = await client.request({ method: 'eth_getBlockByNumber', params: ['0x3', false] });
    proxy.tamper('eth_getBlockByNumber', ([at]) => (at === 'safe' ? { result: old } : undefined));
    await mine(1);
    await follower.refresh();
    expect(follower.status().cursor?.finalized).toBe(before);
  });

  it('does not believe a branch that denies what was final', async () => {
    await newRun();
    await mine(SAFE_DEPTH + 5);
    await follower.refresh();
    const held = await store.events();
    await http(anvil.rpcUrl)({}).request({ method: 'anvil_reorg', params: [SAFE_DEPTH + 6, []] });
    await follower.refresh();
    expect(await store.events()).toEqual(held);
    expect(follower.status()).toMatchObject({ lagging: true, error: { code: 'RPC_UNAVAILABLE' } });
  });

  it('takes a lower head for an RPC that is behind, not for a reorg', async () => {
    await newRun();
    await follower.refresh();
    const held = await store.events();
    await http(anvil.rpcUrl)({}).request({ method: 'anvil_rollback', params: [1] });
    await follower.refresh();
    expect(await store.events()).toEqual(held);
    expect(follower.status()).toMatchObject({ lagging: true, error: { code: 'RPC_UNAVAILABLE' } });
    // A longer branch without the event is a reorg.
    await mine(2);
    await follower.refresh();
    expect(await store.events()).toEqual([]);
    expect(follower.status()).toMatchObject({ lagging: false, error: null });
  });
});
