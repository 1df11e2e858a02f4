import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findRegistration } from '../repositories/registrations.ts';
import { findRun } from '../repositories/runs.ts';
import { appendTimeline, listTimeline } from '../repositories/timeline.ts';
import { listVerdicts } from '../repositories/verdicts.ts';
import { addressOf, appendOf, approved, block, deployment, eventsIn, registered, runCreated } from '../testing/chain-events.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { CHAIN_CHANNEL, createFollowerStore } from './follower-store.ts';

const node = addressOf(10);

describe('follower store', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  beforeEach(async () => {
    await test.db.pool.query(
      'TRUNCATE "TimelineEvent", "ChainCursor", "ChainBlock", "ChainEvent", "Run", "Registration", "Verdict" CASCADE',
    );
  });
  afterAll(() => test.remove());

  const setup = () => ({ db: test.db, store: createFollowerStore(test.db) });

  /** Blocks 1 to 4: deployment, a run, a registration, its approval. */
  async function approvedNode() {
    const { db, store } = setup();
    const [b1, b2, b3, b4] = [block(1), block(2), block(3), block(4)];
    const events = [...eventsIn(b2, runCreated('1')), ...eventsIn(b3, registered('1', node)), ...eventsIn(b4, ...approved('1', node))];
    await store.append(appendOf([b1, b2, b3, b4], events));
    return { db, store, blocks: [b1, b2, b3, b4] as const, events };
  }

  it('starts with nothing', async () => {
    const { store } = setup();
    expect(await store.readCursor()).toBeNull();
    expect(await store.recentBlocks(10)).toEqual([]);
  });

  it('mirrors events as rows, and remembers how far it read', async () => {
    const { db, store, blocks } = await approvedNode();
    expect(await findRun(db, '1')).toMatchObject({
      owner: addressOf(1),
      masterEpoch: 1,
      createdAt: new Date(block(2).timestamp),
      closedAt: null,
    });
    expect(await findRegistration(db, { runId: '1', node })).toMatchObject({
      standing: 'Approved',
      approvals: 1,
      approvedAt: new Date(block(4).timestamp),
    });
    expect(await listVerdicts(db, { runId: '1', node })).toHaveLength(1);
    expect(await store.readCursor()).toEqual({ deployment, head: blocks[3], finalized: 0 });
    expect(await store.recentBlocks(2)).toEqual([blocks[3], blocks[2]]);
  });

  it('tells of one node, or of one task and its allocations, when asked for it, page by page', async () => {
    const { db } = await approvedNode();
    const [taskId, allocationId] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
    await db.pool.query(
      `INSERT INTO "Task" ("taskId", "runId", name, spec, "specHash", desired, phase, "createdBy") VALUES ($1, '1', 't', '{}', '0x', 'Running', 'Pending', $2)`,
      [taskId, node],
    );
    await db.pool.query(
      `INSERT INTO "Allocation" ("allocationId", "taskId", "runId", node, seq, epoch, replica, phase, desired) VALUES ($1, $2, '1', $3, 1, 1, 0, 'Placed', 'Running')`,
      [allocationId, taskId, node],
    );
    const about = (subject: string) => ({ runId: '1', actor: 'master', subject, kind: 'x', from: null, to: subject, reason: null });
    await appendTimeline(db.pool, [taskId, 'another task', node, allocationId].map(about));
    await appendTimeline(db.pool, [{ ...about(taskId), runId: '2' }]);
    const told = async (id: string) => {
      const seen: string[] = [];
      for (let cursor: string | null = null; ;) {
        const page: Awaited<ReturnType<typeof listTimeline>> = await listTimeline(db, { runId: '1', limit: 1, about: id, cursor });
        seen.push(...page.items.map(({ to }) => to));
        cursor = page.nextCursor;
        if (cursor === null) return seen;
      }
    };
    expect(await told(taskId)).toEqual([allocationId, taskId]);
    expect(await told(node)).toEqual([node, 'Approved on chain', 'Approving verdict', 'Registered on chain']);
  });

  it('tells the events in the run’s timeline, between the master’s own, and no longer what a reorg took back', async () => {
    const { db, store, blocks } = await approvedNode();
    const own = { runId: '1', actor: 'master', subject: 't', kind: 'task', from: null, reason: null };
    await appendTimeline(db.pool, [{ ...own, to: 'later' }]);
    await db.pool.query(
      `INSERT INTO "TimelineEvent" ("runId", actor, subject, kind, "to", at) VALUES ('1', 'master', 't', 'task', 'between', $1)`,
      [new Date(block(3).timestamp + 500)],
    );
    const told: string[] = [];
    for (let cursor: string | null = null; ;) {
      const page: Awaited<ReturnType<typeof listTimeline>> = await listTimeline(db, { runId: '1', limit: 2, cursor });
      told.push(...page.items.map(({ to }) => to));
      cursor = page.nextCursor;
      if (cursor === null) break;
    }
    expect(told).toEqual(['later', 'Approved on chain', 'Approving verdict', 'between', 'Registered on chain', 'Run created']);
    await store.rollbackTo(blocks[2]);
    const { items } = await listTimeline(db, { runId: '1' });
    expect(items.map(({ to }) => to)).toEqual(['later', 'between', 'Registered on chain', 'Run created']);
    expect(items[2]).toMatchObject({ kind: 'chain', actor: addressOf(4), subject: `node ${node}`, reason: 'registration 1' });
    expect((await listTimeline(db, { runId: '2' })).items).toEqual([]);
  });

  it('places an event of a clock that is ahead where it was read', async () => {
    const { db, store } = setup();
    const [b1, b2] = [block(1), { ...block(2), timestamp: Date.now() + 3_600_000 }];
    await store.append(appendOf([b1, b2], eventsIn(b2, runCreated('9'))));
    const { items } = await listTimeline(db, { runId: '9' });
    expect(items[0]?.at.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
  });

  it('counts a verdict once when the same blocks are appended again', async () => {
    const { db, store, blocks, events } = await approvedNode();
    await store.append(appendOf(blocks, events));
    expect(await findRegistration(db, { runId: '1', node })).toMatchObject({ approvals: 1 });
  });

  it('takes back an approval that a reorg removed, and folds in what came instead', async () => {
    const { db, store, blocks } = await approvedNode();
    expect(await store.rollbackTo(blocks[2])).toEqual({ removed: 1 });
    expect(await findRegistration(db, { runId: '1', node })).toMatchObject({ standing: 'Pending', approvals: 0, approvedAt: null });
    expect(await listVerdicts(db, { runId: '1', node })).toEqual([]);
    expect((await store.readCursor())?.head).toEqual(blocks[2]);

    const other = block(4, 'b');
    await store.append(appendOf([other], eventsIn(other, ...approved('1', node))));
    expect(await findRegistration(db, { runId: '1', node })).toMatchObject({ standing: 'Approved', approvedAt: new Date(other.timestamp) });
  });

  it('takes back a registration, and a whole run', async () => {
    const { db, store, blocks } = await approvedNode();
    await store.rollbackTo(blocks[1]);
    expect(await findRegistration(db, { runId: '1', node })).toBeNull();
    expect(await findRun(db, '1')).not.toBeNull();
    await store.rollbackTo(blocks[0]);
    expect(await findRun(db, '1')).toBeNull();
  });

  it('leaves other runs alone when it rolls back', async () => {
    const { db, store } = await approvedNode();
    const b5 = block(5);
    await store.append(appendOf([b5], eventsIn(b5, runCreated('2'))));
    await store.rollbackTo(block(4));
    expect(await findRun(db, '2')).toBeNull();
    expect(await findRegistration(db, { runId: '1', node })).toMatchObject({ standing: 'Approved' });
  });

  it('refuses a block that is known under another hash, and changes nothing', async () => {
    const { db, store } = await approvedNode();
    const [b4, b5] = [block(4, 'b'), block(5, 'b')];
    await expect(store.append(appendOf([b4, b5], eventsIn(b5, runCreated('2'))))).rejects.toThrow('block 4 is known under another hash');
    expect(await findRun(db, '2')).toBeNull();
    expect((await store.readCursor())?.head).toEqual(block(4));
  });

  it('refuses a follower that fell behind another one', async () => {
    const { store } = await approvedNode();
    await expect(store.append(appendOf([block(3)], []))).rejects.toThrow('came after one up to block 4');
  });

  it('refuses the events of another registry', async () => {
    const { store } = await approvedNode();
    const other = { ...appendOf([block(5)], []), deployment: { ...deployment, registry: addressOf(15) } };
    await expect(store.append(other)).rejects.toThrow('this database mirrors the registry');
  });

  it('writes nothing when an event cannot be folded', async () => {
    const { store } = setup();
    const b2 = block(2);
    await expect(store.append(appendOf([block(1), b2], eventsIn(b2, registered('9', node))))).rejects.toThrow(RangeError);
    expect(await store.readCursor()).toBeNull();
  });

  it('notifies once per append that changed something', async () => {
    const { db, store } = setup();
    const payloads: (string | null)[] = [];
    const unlisten = await db.listen(CHAIN_CHANNEL, (payload) => payloads.push(payload));
    await store.append(appendOf([block(1)], []));
    const b2 = block(2);
    await store.append(appendOf([b2], eventsIn(b2, runCreated('1'), runCreated('2'))));
    await expect.poll(() => payloads).toEqual(['["1","2"]']);
    await unlisten();
  });

  it('gives the same rows for a fold in one go and in any number of steps with rollbacks between', async () => {
    const { db, store, blocks, events } = await approvedNode();
    const rowsOf = async () =>
      (await db.pool.query('SELECT * FROM "Registration" JOIN "Run" USING ("runId") JOIN "Verdict" USING ("runId", node, seq)')).rows;
    const atOnce = await rowsOf();
    for (const back of [3, 2, 1]) {
      await store.rollbackTo(blocks[back - 1] ?? block(1));
      for (const b of blocks.slice(back))
        await store.append(
          appendOf(
            [b],
            events.filter(({ position }) => position.blockNumber === b.number),
          ),
        );
      expect(await rowsOf()).toEqual(atOnce);
    }
  });
});
