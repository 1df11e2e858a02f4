import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHeartbeatWriter } from '../hot/heartbeats.ts';
import { createFollowerStore } from '../mirror/follower-store.ts';
import { addressOf, appendOf, block, eventsIn, hashOf, registered } from '../testing/chain-events.ts';
import { createRunWithNodes } from '../testing/scene.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { beginNodeLives, postponeInvite, recordAcknowledgment, recordInvite, requestDrain, transitionNodes } from './node-states.ts';
import { findNode, listNodes, listNodesOfRuns } from './nodes.ts';
import { listLiveRegistrations } from './registrations.ts';
import { countRuns, listRunsOfMaster, listRunsOfOwner } from './runs.ts';
import { endSessions, findSession, nextCounterOut, openSession } from './sessions.ts';

describe('nodes, sessions and runs', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.remove());

  async function setup(count = 1) {
    const { db } = test;
    const { runId, nodes } = await createRunWithNodes(db, count);
    const [node] = nodes;
    if (!node) throw new Error('a run of nodes has a node');
    const key = { runId, node, seq: 1 };
    const open = (generation: number, over: object = {}) =>
      openSession(db, {
        sessionId: randomUUID(),
        ...key,
        generation,
        inviteDigest: hashOf('invite'),
        keyFromNode: Buffer.alloc(32, 1),
        keyToNode: Buffer.alloc(32, 2),
        ...over,
      });
    return { db, runId, nodes, node, key, open };
  }

  it('shows a node with its registration, its state and its session', async () => {
    const { db, key, open } = await setup();
    expect(await findNode(db, key)).toMatchObject({
      registration: { standing: 'Approved' },
      state: { phase: 'Registered' },
      session: null,
    });
    await open(1);
    expect(await findNode(db, key)).toMatchObject({ session: { generation: 1, heartbeatAt: null } });
    expect(await findNode(db, { ...key, node: addressOf(9) })).toBeNull();
  });

  it('pages nodes without leaving out or doubling one', async () => {
    const { db, runId, nodes } = await setup(5);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listNodes>> = await listNodes(db, { runId, limit: 2, cursor });
      seen.push(...page.items.map(({ registration }) => registration.node));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen.toSorted()).toEqual(nodes.toSorted());
  });

  it('begins a new life only for a later registration, and forgets the earlier one', async () => {
    const { db, key } = await setup();
    await requestDrain(db, { ...key, reason: 'buyer asked' });
    const life = { ...key, actor: 'chain', reason: 'registered again' };
    expect(await beginNodeLives(db, [life])).toEqual([]);
    await transitionNodes(db, [{ ...key, from: 'Registered', to: 'Left', actor: 'chain', reason: 'left' }]);
    expect(await beginNodeLives(db, [{ ...life, seq: 2 }])).toMatchObject([{ seq: 2, phase: 'Registered', drainRequestedAt: null }]);
  });

  it('moves a node once, from the phase and the registration that the decision was made in', async () => {
    const { db, key } = await setup();
    const step = { ...key, from: 'Registered', to: 'Approved', actor: 'chain', reason: 'approved' } as const;
    const moved = await Promise.all([step, step, { ...step, seq: 2 }].map((each) => transitionNodes(db, [each])));
    expect(moved.flat()).toHaveLength(1);
  });

  it('looks after nodes that are live on chain or not yet settled here', async () => {
    const { db, runId, nodes, key } = await setup(2);
    await transitionNodes(db, [{ ...key, from: 'Registered', to: 'Left', actor: 'chain', reason: 'left' }]);
    expect(await listNodesOfRuns(db, [runId])).toHaveLength(2);
    await db.pool.query(`UPDATE "Registration" SET standing = 'Left' WHERE "runId" = $1`, [runId]);
    expect((await listNodesOfRuns(db, [runId])).map(({ registration }) => registration.node)).toEqual(nodes.slice(1));
  });

  it('takes the acknowledgment of the last invite and of no other', async () => {
    const { db, key } = await setup();
    const invite = { ...key, masterEpoch: 1, capabilities: { version: 1 }, retryAfterMs: 1_000 };
    expect(await recordInvite(db, { ...invite, inviteDigest: hashOf('one') })).toBe(true);
    expect(await recordInvite(db, { ...invite, inviteDigest: hashOf('two') })).toBe(true);
    expect(await recordAcknowledgment(db, { ...key, inviteDigest: hashOf('one'), acknowledgment: {} })).toBe(false);
    expect(await recordAcknowledgment(db, { ...key, inviteDigest: hashOf('two'), acknowledgment: { ok: 1 } })).toBe(true);
    expect((await findNode(db, key))?.state).toMatchObject({
      inviteDigest: hashOf('two'),
      acknowledgment: { ok: 1 },
      capabilities: { version: 1 },
      inviteAttempts: 0,
    });
  });

  it('counts failed invites and asks for a drain once', async () => {
    const { db, key } = await setup();
    await postponeInvite(db, { ...key, retryAfterMs: 60_000, reason: 'connection refused' });
    const state = (await findNode(db, key))?.state;
    expect(state).toMatchObject({ inviteAttempts: 1, phaseReason: 'connection refused' });
    expect(state?.nextInviteAt?.getTime()).toBeGreaterThan(Date.now());
    expect(await requestDrain(db, { ...key, reason: 'buyer' })).toBe(true);
    expect(await requestDrain(db, { ...key, reason: 'again' })).toBe(false);
  });

  it('lets a newer generation supersede an older one, never the reverse', async () => {
    const { db, key, open } = await setup();
    const [first, second] = [randomUUID(), randomUUID()];
    expect(await open(1, { sessionId: first })).toMatchObject({ opened: true, superseded: null });
    const writer = createHeartbeatWriter(db.hot);
    await writer.record({ sessionId: first, counter: 1, status: {} });
    expect(await open(4_000_000_000, { sessionId: second })).toMatchObject({
      opened: true,
      superseded: { sessionId: first, generation: 1 },
    });
    expect(await open(2)).toEqual({ opened: false, newestGeneration: 4_000_000_000 });
    expect(await findNode(db, key)).toMatchObject({ session: { sessionId: second }, state: { lastHeartbeatAt: expect.any(Date) } });
    expect((await findSession(db, first))?.supersededAt).toBeInstanceOf(Date);
    expect(await open(1, { inviteDigest: hashOf('another invite') })).toMatchObject({ opened: true });
  });

  it('opens one of several sessions of one generation', async () => {
    const { open } = await setup();
    const results = await Promise.all([1, 2, 3, 4].map(() => open(1)));
    expect(results.filter(({ opened }) => opened)).toHaveLength(1);
  });

  it('ends sessions, and gives no counter for an ended one', async () => {
    const { db, key, open } = await setup();
    const sessionId = randomUUID();
    await open(1, { sessionId });
    expect([await nextCounterOut(db, sessionId), await nextCounterOut(db, sessionId)]).toEqual([1, 2]);
    expect(await endSessions(db, [key])).toBe(1);
    expect(await nextCounterOut(db, sessionId)).toBeNull();
  });

  it('keeps the session keys as they were', async () => {
    const { db, open } = await setup();
    const sessionId = randomUUID();
    await open(1, { sessionId });
    const session = await findSession(db, sessionId);
    expect(session && Buffer.from(session.keyFromNode).equals(Buffer.alloc(32, 1))).toBe(true);
    expect(session).toMatchObject({ counterIn: 0, generation: 1 });
  });

  it('lists runs by owner newest first, in the order of numbers', async () => {
    const { db } = test;
    const store = createFollowerStore(db);
    const head = (await store.readCursor())?.head.number ?? 0;
    const b = block(head + 1);
    const owner = addressOf(77);
    const created = ['900', '10000', '1157920892373161954235709850086879078532'].map((runId) => ({
      name: 'RunCreated' as const,
      args: {
        runId,
        owner,
        spec: {
          master: addressOf(78),
          validators: addressOf(3),
          gate: addressOf(0),
          quorum: 1,
          termsHash: hashOf('t'),
          discoveryUri: 'http://d',
          requirements: '',
        },
      },
    }));
    await store.append(appendOf([b], eventsIn(b, ...created)));
    const first = await listRunsOfOwner(db, { owner, limit: 2 });
    expect(first.items.map(({ runId }) => runId)).toEqual(['1157920892373161954235709850086879078532', '10000']);
    const second = await listRunsOfOwner(db, { owner, limit: 2, cursor: first.nextCursor });
    expect(second).toMatchObject({ items: [{ runId: '900' }], nextCursor: null });
    expect(await listRunsOfMaster(db, { master: addressOf(78) })).toHaveLength(3);
  });

  it('counts what belongs to runs, also when there is nothing', async () => {
    const { db, runId, key } = await setup(2);
    await db.pool.query(`UPDATE "NodeState" SET phase = 'Healthy' WHERE "runId" = $1 AND node = $2`, [runId, key.node]);
    expect(await countRuns(db, [runId, '999999'])).toEqual([
      { runId, nodes: 2, healthyNodes: 1, tasks: 0, runningTasks: 0 },
      { runId: '999999', nodes: 0, healthyNodes: 0, tasks: 0, runningTasks: 0 },
    ]);
  });

  it('finds the runs that a node is live in', async () => {
    const { db, runId, node } = await setup();
    const store = createFollowerStore(db);
    expect(await listLiveRegistrations(db, node)).toMatchObject([{ runId }]);
    const b = block(((await store.readCursor())?.head.number ?? 0) + 1);
    await store.append(
      appendOf(
        [b],
        eventsIn(b, { name: 'Ended', args: { runId, node, actor: node, seq: 1, standing: 'Left', banned: false, reason: '' } }),
      ),
    );
    expect(await listLiveRegistrations(db, node)).toEqual([]);
    const again = block(b.number + 1);
    await store.append(appendOf([again], eventsIn(again, registered(runId, node, 2))));
    expect(await listLiveRegistrations(db, node)).toMatchObject([{ seq: 2, standing: 'Pending' }]);
  });
});
