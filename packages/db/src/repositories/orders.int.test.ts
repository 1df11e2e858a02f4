import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRunWithNodes, createTaskIn, placeOn } from '../testing/scene.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { transitionAllocations } from './allocation-transitions.ts';
import { issueOrders, raiseOrderVersion, type OrderDraft } from './issue-orders.ts';
import { acknowledgeOrders, listNewestOrders, listPendingOrders, listWantedOrders, withdrawOrders } from './orders.ts';

describe('orders', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.remove());

  const sign = (order: object) => ({ type: 'Order', message: order, signature: '0x' });

  async function setup() {
    const { db } = test;
    const { runId, nodes } = await createRunWithNodes(db, 2);
    const [node, other] = nodes;
    if (!node || !other) throw new Error('a run of two nodes has two nodes');
    const key = { runId, node, seq: 1 };
    const draft = (over: Partial<OrderDraft> = {}): OrderDraft => ({
      ...key,
      masterEpoch: 1,
      kind: 'start',
      allocationId: null,
      body: '{}',
      ...over,
    });
    return { db, runId, node, other, key, draft };
  }

  it('numbers the orders of a node without a gap or a double, whoever issues them', async () => {
    const { db, other, key, draft } = await setup();
    await Promise.all(Array.from({ length: 8 }, () => issueOrders(db, [draft(), draft({ node: other }), draft()], sign)));
    const pending = await listPendingOrders(db, key);
    expect(pending.map(({ counter }) => counter)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
    expect(await listPendingOrders(db, { ...key, node: other })).toHaveLength(8);
  });

  it('has signed exactly what it keeps', async () => {
    const { db, draft } = await setup();
    const [order] = await issueOrders(db, [draft({ body: '{"a":1}' })], sign);
    expect(order?.envelope).toMatchObject({
      message: { orderId: order?.orderId, counter: 1, masterEpoch: 1, kind: 'start', body: '{"a":1}' },
    });
  });

  it('gives no version away when signing fails', async () => {
    const { db, key, draft } = await setup();
    await expect(issueOrders(db, [draft()], () => Promise.reject(new Error('no key')))).rejects.toThrow('no key');
    const [order] = await issueOrders(db, [draft()], sign);
    expect(order?.counter).toBe(1);
    expect(await listPendingOrders(db, key)).toHaveLength(1);
  });

  it('jumps past what a node has seen, and not where it makes no sense', async () => {
    const { db, node, runId, draft } = await setup();
    await raiseOrderVersion(db, { runId, node, masterEpoch: 1, counter: 41 });
    await raiseOrderVersion(db, { runId, node, masterEpoch: 1, counter: 7 });
    await raiseOrderVersion(db, { runId, node, masterEpoch: 1, counter: Number.MAX_SAFE_INTEGER });
    const [order] = await issueOrders(db, [draft()], sign);
    expect(order?.counter).toBe(42);
  });

  it('issues nothing for a master that a newer one has replaced', async () => {
    const { db, draft } = await setup();
    await issueOrders(db, [draft({ masterEpoch: 2 })], sign);
    expect(await issueOrders(db, [draft({ masterEpoch: 1 })], sign)).toEqual([]);
    expect(await issueOrders(db, [draft({ masterEpoch: 3 })], sign)).toMatchObject([{ counter: 2 }]);
  });

  it('delivers until it is acknowledged by the node that it is for', async () => {
    const { db, runId, node, other, key, draft } = await setup();
    const [first, second] = await issueOrders(db, [draft(), draft()], sign);
    if (!first || !second) throw new Error('two orders were issued');
    const done = [{ orderId: first.orderId, result: { ok: true } }];
    expect(await acknowledgeOrders(db, { runId, node: other }, done)).toEqual([]);
    expect(await acknowledgeOrders(db, { runId, node }, done)).toMatchObject([{ result: { ok: true } }]);
    expect(await acknowledgeOrders(db, { runId, node }, done)).toEqual([]);
    expect(await listPendingOrders(db, key)).toMatchObject([{ orderId: second.orderId }]);
    expect(await withdrawOrders(db, [second.orderId], 'its allocation ended')).toBe(1);
    expect(await listPendingOrders(db, key)).toEqual([]);
  });

  it('does not deliver the orders of an earlier registration', async () => {
    const { db, key, draft } = await setup();
    await issueOrders(db, [draft()], sign);
    expect(await listPendingOrders(db, { ...key, seq: 2 })).toEqual([]);
  });

  it('opens a session with the newest orders of each live allocation', async () => {
    const { db, runId, node, key, draft } = await setup();
    const live = await placeOn(db, await createTaskIn(db, runId), node);
    const ended = await placeOn(db, await createTaskIn(db, runId), node);
    await transitionAllocations(db, [
      { allocationId: ended.allocationId, epoch: 1, from: 'Placed', to: 'Cancelled', actor: 'buyer', reason: 'stopped' },
    ]);
    const issued = await issueOrders(
      db,
      [
        draft({ allocationId: live.allocationId }),
        draft({ allocationId: ended.allocationId }),
        draft({ allocationId: live.allocationId }),
        draft({ allocationId: live.allocationId, kind: 'inspect' }),
        draft({ allocationId: live.allocationId, kind: 'stop' }),
      ],
      sign,
    );
    await acknowledgeOrders(
      db,
      { runId, node },
      issued.map(({ orderId }) => ({ orderId, result: { ok: true } })),
    );
    await issueOrders(db, [draft({ kind: 'drain' })], sign);
    expect((await listWantedOrders(db, key)).map(({ counter, kind }) => [counter, kind])).toEqual([
      [3, 'start'],
      [5, 'stop'],
      [6, 'drain'],
    ]);
    expect((await listNewestOrders(db, { allocationIds: [live.allocationId], kind: 'start' })).map(({ counter }) => counter)).toEqual([3]);
  });

  it('hands out no more than one message carries, and the rest after it', async () => {
    const { db, key, draft } = await setup();
    const body = JSON.stringify({ text: 'x'.repeat(200_000) });
    const issued = await issueOrders(
      db,
      Array.from({ length: 40 }, () => draft({ body })),
      sign,
    );
    const read: number[] = [];
    for (let after = { masterEpoch: 0, counter: 0 }; ;) {
      const page = await listPendingOrders(db, key, after);
      const last = page.at(-1);
      if (last === undefined) break;
      expect(Buffer.byteLength(JSON.stringify(JSON.stringify(page.map(({ envelope }) => envelope))))).toBeLessThanOrEqual(3 * 1024 * 1024);
      expect(await listWantedOrders(db, key, after)).toEqual(page);
      read.push(...page.map(({ counter }) => counter));
      after = last;
    }
    expect(read).toEqual(issued.map(({ counter }) => counter));
    expect((await listPendingOrders(db, key)).length).toBeLessThan(20);
  });

  it('hands out an order that is larger than what a message should carry by itself', async () => {
    const { db, key, draft } = await setup();
    const body = JSON.stringify({ text: 'x'.repeat(4_000_000) });
    await issueOrders(db, [draft({ body }), draft()], sign);
    expect((await listPendingOrders(db, key)).map(({ counter }) => counter)).toEqual([1]);
    expect((await listPendingOrders(db, key, { masterEpoch: 1, counter: 1 })).map(({ counter }) => counter)).toEqual([2]);
  });
});
