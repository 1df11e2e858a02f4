import { createTempDir, type TempDir } from '@muster/runtime/temp-dir';
import { createWalletClient, http } from 'viem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRun } from '../actions/create-run.ts';
import { eject } from '../actions/eject.ts';
import { leaveRun } from '../actions/leave-run.ts';
import { runCount } from '../actions/run-count.ts';
import { createChainClient } from '../clients.ts';
import { startDevChain, type DevChain } from '../testing/dev-chain.ts';
import { startRpcProxy, type RpcProxy } from '../testing/rpc-proxy.ts';
import { createFileJournal } from './file-journal.ts';
import { createMemoryJournal, type JournalEntry, type SenderJournal } from './journal.ts';
import { createTxSender } from './tx-sender.ts';

let chain: DevChain;
let proxy: RpcProxy;
let directory: TempDir;

beforeEach(async () => {
  chain = await startDevChain();
  proxy = await startRpcProxy(chain.anvil.rpcUrl);
  directory = await createTempDir('muster-sender');
});

afterEach(async () => {
  await proxy.stop();
  await chain.stop();
  await directory.remove();
});

/** A process of its own as far as the sender is concerned: it shares nothing with others but the journal's file. */
function newProcess(options: { receiptTimeoutMs?: number; journal?: SenderJournal } = {}) {
  const client = createChainClient({ chainId: 31337, rpcUrl: proxy.url, retries: 0 });
  client.pollingInterval = 20;
  const journal = options.journal ?? createFileJournal(`${directory.path}/journal.json`);
  const sender = createTxSender({
    client,
    account: chain.account('buyer'),
    journal,
    receiptTimeoutMs: options.receiptTimeoutMs ?? 120_000,
  });
  const create = (key?: string) =>
    createRun(
      { sender, registry: chain.addresses.registry },
      {
        master: chain.account('master').address,
        validators: chain.addresses.validatorSet,
        quorum: 1,
        discoveryUri: 'http://x',
        requirements: '',
      },
      key === undefined ? {} : { key },
    );
  return { sender, journal, create };
}

const runs = () => runCount({ client: chain.client, registry: chain.addresses.registry });
const nonce = () => chain.client.getTransactionCount({ address: chain.account('buyer').address });

/** A journal that dies right after a write, as a process does. */
function dyingAfter(journal: SenderJournal, condition: (entry: JournalEntry) => boolean): SenderJournal {
  return {
    ...journal,
    async put(entry) {
      await journal.put(entry);
      if (condition(entry)) throw new Error('killed');
    },
  };
}

describe('createTxSender', () => {
  it('sends in order and one at a time', async () => {
    const { create } = newProcess();
    const created = await Promise.all(Array.from({ length: 5 }, () => create()));
    expect(created.map(({ runId }) => runId)).toEqual(['1', '2', '3', '4', '5']);
    expect(await nonce()).toBe(5);
  });

  it('answers a repeated key with the first effect, also in another process', async () => {
    const first = await newProcess().create('my run');
    const again = await newProcess().create('my run');
    expect(again).toEqual(first);
    expect(await runs()).toBe(1);
    await newProcess().create('another run');
    expect(await runs()).toBe(2);
  });

  it('finishes what a crash before the broadcast left behind, with the same bytes', async () => {
    const journal = createFileJournal(`${directory.path}/journal.json`);
    await expect(newProcess({ journal: dyingAfter(journal, ({ mined }) => mined === null) }).create('my run')).rejects.toThrow();
    expect(await nonce()).toBe(0);
    const [entry] = await journal.list();
    const { sender, create } = newProcess();
    await sender.resume();
    expect(await runs()).toBe(1);
    expect((await create('my run')).hash).toBe(entry?.signed[0]?.hash);
    expect(await runs()).toBe(1);
  });

  it('finds what a crash after the broadcast left behind, and sends nothing', async () => {
    const journal = createFileJournal(`${directory.path}/journal.json`);
    await expect(newProcess({ journal: dyingAfter(journal, ({ mined }) => mined !== null) }).create('my run')).rejects.toThrow();
    expect(await nonce()).toBe(1);
    expect((await newProcess().create('my run')).runId).toBe('1');
    expect(await nonce()).toBe(1);
  });

  it('does not send twice when the answer to the broadcast is lost', async () => {
    proxy.swallow('eth_sendRawTransaction');
    const { create } = newProcess();
    expect((await create('my run')).runId).toBe('1');
    expect(proxy.seen).toContain('eth_sendRawTransaction');
    expect(await nonce()).toBe(1);
  });

  it('gives up with the hash when the RPC stays away, and finishes later', async () => {
    const { create, journal } = newProcess({ receiptTimeoutMs: 300 });
    // Simulation, fee and nonce are answered; then the RPC is gone.
    proxy.tamper('eth_getTransactionReceipt', () => ({ error: { code: -32603, message: 'internal' } }));
    const error = await create('my run').catch((cause: unknown) => cause);
    const [entry] = await journal.list();
    expect(error).toMatchObject({ code: 'RPC_UNAVAILABLE', data: { hash: entry?.signed[0]?.hash, nonce: 0 } });
    proxy.behave();
    expect((await newProcess().create('my run')).runId).toBe('1');
    expect(await nonce()).toBe(1);
  });

  it('times out while nothing is mined, and finishes later', async () => {
    await chain.cheat('evm_setAutomine', [false]);
    const { create } = newProcess({ receiptTimeoutMs: 300 });
    await expect(create('my run')).rejects.toMatchObject({ code: 'TRANSACTION_TIMED_OUT', data: { nonce: 0 } });
    await chain.cheat('evm_setAutomine', [true]);
    await chain.cheat('anvil_mine', ['0x1']);
    expect((await newProcess().create('my run')).runId).toBe('1');
    expect(await nonce()).toBe(1);
  });

  it('sends again what a reorg took back, before anything new', async () => {
    const { create, sender } = newProcess();
    const first = await create('my run');
    await chain.cheat('anvil_rollback', [1]);
    expect(await runs()).toBe(0);
    await sender.resume();
    expect(await runs()).toBe(1);
    expect((await create('my run')).hash).toBe(first.hash);
    expect(await nonce()).toBe(1);
  });

  it('raises the fee at the same nonce when the chain asks for more', async () => {
    const { create, journal } = newProcess();
    proxy.replace('eth_sendRawTransaction', { error: { code: -32000, message: 'max fee per gas less than block base fee' } }, 1);
    expect((await create('my run')).runId).toBe('1');
    expect(await runs()).toBe(1);
    expect((await journal.list())[0]?.signed).toHaveLength(2);
    expect((await journal.list())[0]?.nonce).toBe(0);
  });

  it('takes the next nonce when another program used its own', async () => {
    const wallet = createWalletClient({ account: chain.account('buyer'), chain: chain.client.chain, transport: http(chain.anvil.rpcUrl) });
    const journal = createFileJournal(`${directory.path}/journal.json`);
    let stolen = false;
    const thief: SenderJournal = {
      ...journal,
      async put(entry) {
        await journal.put(entry);
        if (stolen) return;
        stolen = true;
        await wallet.sendTransaction({ to: chain.account('stranger').address, value: 1n });
      },
    };
    expect((await newProcess({ journal: thief }).create('my run')).runId).toBe('1');
    expect(await nonce()).toBe(2);
    expect(await runs()).toBe(1);
  });

  it('forgets the transactions of a dev chain that is no more', async () => {
    const journal = createFileJournal(`${directory.path}/journal.json`);
    await expect(newProcess({ journal: dyingAfter(journal, ({ mined }) => mined === null) }).create('my run')).rejects.toThrow();
    await chain.stop();
    await proxy.stop();
    await new Promise((done) => setTimeout(done, 1000 - (Date.now() % 1000)));
    chain = await startDevChain();
    proxy = await startRpcProxy(chain.anvil.rpcUrl);
    const { sender, journal: reopened } = newProcess();
    await sender.resume();
    expect(await runs()).toBe(0);
    expect(await reopened.list()).toEqual([]);
  });

  it('passes the reason on when a transaction was mined and refused', async () => {
    const { node, seq } = await chain.registerNode(await chain.createRun());
    const subject = { runId: '1', node: node.address };
    const { registry } = chain.addresses;
    const journal = createMemoryJournal();
    // Between simulation and broadcast the master ejects the node.
    const meddled: SenderJournal = {
      ...journal,
      async put(entry) {
        await journal.put(entry);
        if (entry.mined === null) await eject({ sender: chain.sender('master'), registry }, { ...subject, seq, ban: false, reason: '' });
      },
    };
    const sender = createTxSender({ client: chain.client, account: chain.account('provider'), journal: meddled });
    const error = await leaveRun({ sender, registry }, subject).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'NOT_REGISTERED', data: { error: 'NotLive', hash: expect.stringMatching(/^0x/) } });
    expect(await journal.list()).toEqual([]);
  });

  it('drops what the node refuses, so that it blocks nothing', async () => {
    const { create, journal } = newProcess();
    proxy.replace('eth_sendRawTransaction', { error: { code: -32000, message: 'exceeds block gas limit' } });
    await expect(create('my run')).rejects.toMatchObject({ code: 'TRANSACTION_REJECTED' });
    expect(await journal.list()).toEqual([]);
    proxy.behave();
    expect((await create('my run')).runId).toBe('1');
  });

  it('keeps what a failing node may have taken', async () => {
    const { create, journal } = newProcess({ receiptTimeoutMs: 200 });
    proxy.replace('eth_sendRawTransaction', { error: { code: -32603, message: 'internal error' } });
    await expect(create('my run')).rejects.toMatchObject({ code: 'RPC_UNAVAILABLE' });
    expect(await journal.list()).toHaveLength(1);
    proxy.behave();
    expect((await newProcess().create('my run')).runId).toBe('1');
    expect(await runs()).toBe(1);
  });
});
