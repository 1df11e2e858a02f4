import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf } from '../testing/chain-events.ts';
import { createRunWithNodes, fresh } from '../testing/scene.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import {
  addRelayedCall,
  findRelayedCall,
  lookAtLink,
  openRelayLink,
  removeRelayedCall,
  saveRelayedAnswer,
  takeRelayedCalls,
} from './relay.ts';
import { sweepExpired } from './sweep.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

describe('relayed calls', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.remove());

  async function setup() {
    const key = { runId: '1', node: addressOf(fresh()) };
    let sequence = 0;
    const link = async () => {
      const linkId = randomUUID();
      await openRelayLink(test.db, { ...key, seq: 1, sequence: ++sequence, linkId });
      return { ...key, linkId };
    };
    const call = async (over: object = {}) => {
      const callId = randomUUID();
      const common = { callId, ...key, asker: 'one', request: bytes(1, 2, 3), ttlMs: 60_000 };
      const added = await addRelayedCall(test.db, { ...common, maxWaiting: 3, maxOfAsker: 3, ...over });
      return added ? callId : null;
    };
    const need = async () => (await call()) ?? 'too many';
    return { key, link, call, need };
  }

  it('keeps the newest link of a node, by registration and then by sequence', async () => {
    const { key } = await setup();
    const open = (seq: number, sequence: number) => openRelayLink(test.db, { ...key, seq, sequence, linkId: `${seq}-${sequence}` });
    expect(await lookAtLink(test.db, { ...key, linkId: '2-1' })).toMatchObject({ current: false });
    expect([await open(1, 5), await open(1, 5), await open(1, 4), await open(2, 1), await open(1, 9)]).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
    const isCurrent = async (linkId: string) => (await lookAtLink(test.db, { ...key, linkId })).current;
    expect([await isCurrent('2-1'), await isCurrent('1-5')]).toEqual([true, false]);
  });

  it('tells a link in one look whether it is current, whether a call waits for it, and how its node stands', async () => {
    const { key, link, need } = await setup();
    const first = await link();
    expect(await lookAtLink(test.db, first)).toEqual({ current: true, waiting: false, seq: null, standing: null });
    await need();
    expect(await lookAtLink(test.db, first)).toMatchObject({ waiting: true });
    await takeRelayedCalls(test.db, first);
    expect(await lookAtLink(test.db, first)).toMatchObject({ waiting: false });
    const second = await link();
    expect([await lookAtLink(test.db, first), await lookAtLink(test.db, second)]).toMatchObject([
      { current: false, waiting: false },
      { current: true, waiting: true },
    ]);
    const { runId, nodes } = await createRunWithNodes(test.db, 1);
    const known = { runId, node: nodes[0] ?? key.node, linkId: 'any' };
    expect(await lookAtLink(test.db, known)).toEqual({ current: false, waiting: false, seq: 1, standing: 'Approved' });
  });

  it('hands a call to the newest link once, and again to the link after it until there is an answer', async () => {
    const { key, link, need } = await setup();
    const callId = await need();
    expect(await findRelayedCall(test.db, callId)).toEqual({ taken: false, answer: null });
    const first = await link();
    expect(await takeRelayedCalls(test.db, first)).toMatchObject([{ callId, request: Buffer.from([1, 2, 3]) }]);
    expect(await takeRelayedCalls(test.db, first)).toEqual([]);
    expect(await findRelayedCall(test.db, callId)).toEqual({ taken: true, answer: null });
    const second = await link();
    expect(await takeRelayedCalls(test.db, first)).toEqual([]);
    const [taken] = await takeRelayedCalls(test.db, second);
    expect(taken?.ttlMs).toBeGreaterThan(50_000);
    expect(await saveRelayedAnswer(test.db, { linkId: second.linkId, callId, answer: bytes(9) })).toBe(true);
    expect(await takeRelayedCalls(test.db, { ...key, ...(await link()) })).toEqual([]);
    expect(await findRelayedCall(test.db, callId)).toEqual({ taken: true, answer: Buffer.from([9]) });
    await removeRelayedCall(test.db, callId);
    expect(await findRelayedCall(test.db, callId)).toBeNull();
  });

  it('takes an answer once, from the newest link of just this node', async () => {
    const [mine, other] = [await setup(), await setup()];
    const callId = await mine.need();
    const [old, newest, stranger] = [await mine.link(), await mine.link(), await other.link()];
    const answer = (linkId: string) => saveRelayedAnswer(test.db, { linkId, callId, answer: bytes(7) });
    expect(await answer(old.linkId)).toBeNull();
    expect(await answer(stranger.linkId)).toBe(false);
    expect(await answer(newest.linkId)).toBe(true);
    expect(await answer(newest.linkId)).toBe(false);
  });

  it('ends the wait for what a node has no answer to', async () => {
    const { call, link, need } = await setup();
    const [callId] = [await need(), await need(), await need()];
    const { linkId } = await link();
    expect(await saveRelayedAnswer(test.db, { linkId, callId, answer: null })).toBe(true);
    expect(await findRelayedCall(test.db, callId)).toBeNull();
    expect(await call()).not.toBeNull();
  });

  it('lets one asker wait with so many calls, and keeps the rest for others', async () => {
    const { call } = await setup();
    const of = (asker: string) => call({ asker, maxOfAsker: 2 });
    expect([await of('one'), await of('one'), await of('one')].map((id) => id !== null)).toEqual([true, true, false]);
    expect([await of('two'), await of('two')].map((id) => id !== null)).toEqual([true, false]);
  });

  it('lets so many wait for one node and no more, and forgets those that have expired', async () => {
    const { call, link } = await setup();
    const waiting = [await call(), await call(), await call({ ttlMs: -1 })];
    expect(await call()).not.toBeNull();
    expect(await call()).toBeNull();
    expect(await findRelayedCall(test.db, waiting[2] ?? '')).toBeNull();
    expect(await takeRelayedCalls(test.db, await link())).toHaveLength(3);
    await sweepExpired(test.db);
    const { rows } = await test.db.pool.query('SELECT 1 FROM "RelayedCall" WHERE "callId" = $1', [waiting[2]]);
    expect(rows).toEqual([]);
  });
});
