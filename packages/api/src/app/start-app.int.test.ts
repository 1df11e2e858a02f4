import { startDevChain, type DevChain } from '@muster/chain/testing/dev-chain';
import { startRpcProxy, type RpcProxy } from '@muster/chain/testing/rpc-proxy';
import { createTestDatabase, type TestDatabase } from '@muster/db/testing/test-database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signInBuyer } from '../testing/test-buyer.ts';
import { startTestServer } from '../testing/test-server.ts';
import { waitUntil } from '../testing/wait-until.ts';

let chain: DevChain;
let database: TestDatabase;
let proxy: RpcProxy;

beforeAll(async () => {
  [chain, database] = await Promise.all([startDevChain(), createTestDatabase()]);
  proxy = await startRpcProxy(chain.anvil.rpcUrl);
});

afterAll(async () => {
  await proxy.stop();
  await Promise.all([chain.stop(), database.remove()]);
});

const start = (over: { rpcUrl?: string; registry?: `0x${string}`; chainId?: number } = {}) =>
  startTestServer({ databaseUrl: database.url, chain, ...over });

describe('the server', () => {
  it('starts without an RPC, says so, serves who needs none, and catches up when it answers', async () => {
    proxy.refuse();
    const server = await start({ rpcUrl: proxy.url });
    const { chain: before } = await server.app.services.master.info();
    expect(before).toMatchObject({ lagging: true, error: { code: 'RPC_UNAVAILABLE' } });
    const buyer = await signInBuyer(server.url, chain.account('buyer'));
    proxy.behave();
    const runId = await chain.createRun({ discoveryUri: `${server.url}/discovery` });
    await waitUntil('the run', () => buyer.client.run.get.query({ runId }).catch(() => null));
    const after = await waitUntil('a mirror that is current', async () => {
      const { chain: now } = await server.app.services.master.info();
      return !now.lagging && now;
    });
    expect(after.error).toBeNull();
    proxy.refuse();
    await waitUntil('the failure to show', async () => (await server.app.services.master.info()).chain.error !== null);
    await expect(buyer.client.run.get.query({ runId })).resolves.toMatchObject({ status: 'open' });
    proxy.behave();
    await buyer.close();
    await server.stop();
  });

  it('refuses to start on another chain, or where the contract is not', async () => {
    await expect(start({ registry: chain.account('stranger').address })).rejects.toMatchObject({ code: 'WRONG_REGISTRY' });
    await expect(start({ chainId: 421_614 })).rejects.toMatchObject({ code: 'WRONG_CHAIN' });
  });

  it('is one of any number of copies: what one takes the other does, and takes over when it stops', async () => {
    const [first, second] = [await start(), await start()];
    const buyer = await signInBuyer(second.url, chain.account('buyer'));
    const runId = await chain.createRun({ discoveryUri: `${second.url}/discovery` });
    await waitUntil('the run through the copy that follows the chain', () => buyer.client.run.get.query({ runId }).catch(() => null));
    const reasonOf = async (taskId: string) => (await buyer.client.task.get.query({ taskId })).phaseReason;
    const { taskId } = await buyer.client.task.create.mutate({ runId, spec: { image: 'busybox' } });
    await waitUntil('the first to look at it', async () => (await reasonOf(taskId)) === 'no node of the run is healthy');
    await first.stop();
    const later = await buyer.client.task.create.mutate({ runId, spec: { image: 'busybox' } });
    await waitUntil('the second to look at it', async () => (await reasonOf(later.taskId)) === 'no node of the run is healthy');
    await buyer.close();
    await second.stop();
  });
});
