import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf, hashOf } from '../testing/chain-events.ts';
import { allocationOf, createRunWithNodes, createTaskIn, placeOn } from '../testing/scene.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { transitionAllocations } from './allocation-transitions.ts';
import {
  createAllocations,
  findAllocation,
  listAllocations,
  listLiveAllocations,
  listNewestAllocations,
  stopAllocations,
} from './allocations.ts';
import { listRefusals } from './refusals.ts';
import { createTask, findTask, listOpenTasks, listTasks, stopTask, transitionTasks } from './tasks.ts';
import { listTimeline } from './timeline.ts';

describe('tasks and allocations', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.remove());

  async function setup() {
    const { db } = test;
    const { runId, nodes } = await createRunWithNodes(db, 2);
    const task = await createTaskIn(db, runId);
    const [node, other] = nodes;
    if (!node || !other) throw new Error('a run of two nodes has two nodes');
    const timeline = async () => {
      const own = (await listTimeline(db, { runId })).items.filter(({ kind }) => kind !== 'chain');
      return own.map(({ kind, from, to }) => `${kind} ${from} → ${to}`);
    };
    return { db, runId, node, other, task, timeline };
  }

  it('creates one task per idempotency key, whoever asks at the same time', async () => {
    const { db, runId } = await setup();
    const draft = {
      runId,
      name: 'once',
      spec: {},
      specHash: hashOf('spec'),
      idempotencyKey: 'k',
      imageDigest: null,
      needsCredentials: false,
      createdBy: addressOf(1),
    };
    const results = await Promise.all([1, 2, 3].map(() => createTask(db, { ...draft, taskId: randomUUID() }, { maxOpen: 10 })));
    expect(results.filter((made) => made?.created)).toHaveLength(1);
    expect(new Set(results.map((made) => made?.task.taskId)).size).toBe(1);
  });

  it('creates no more tasks than may be open at once, and knows a repeated key all the same', async () => {
    const { db, task, runId } = await setup();
    const draft = {
      runId,
      name: 'n',
      spec: {},
      specHash: hashOf('s'),
      imageDigest: null,
      needsCredentials: false,
      createdBy: addressOf(1),
    };
    const create = (idempotencyKey: string) => createTask(db, { ...draft, idempotencyKey, taskId: randomUUID() }, { maxOpen: 2 });
    expect(await create('a')).toMatchObject({ created: true });
    expect(await create('b')).toBeNull();
    expect(await create('a')).toMatchObject({ created: false });
    await transitionTasks(db, [{ taskId: task.taskId, from: 'Pending', to: 'Cancelled', actor: 'buyer', reason: 'stopped' }]);
    expect(await create('b')).toMatchObject({ created: true });
  });

  it('pages tasks newest first without leaving out or doubling one', async () => {
    const { db, runId } = await setup();
    for (let i = 0; i < 4; i += 1) await createTaskIn(db, runId);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listTasks>> = await listTasks(db, { runId, limit: 2, cursor });
      seen.push(...page.items.map(({ taskId }) => taskId));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toHaveLength(5);
    expect(new Set(seen).size).toBe(5);
  });

  it.each(['x', '\0', '1', "'"])('refuses %j as a cursor', async (cursor) => {
    const { db, runId, task } = await setup();
    await expect(listTasks(db, { runId, cursor })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(listAllocations(db, { taskId: task.taskId, cursor })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('moves a task only from the phase that the decision was made in', async () => {
    const { db, task, timeline } = await setup();
    const step = { taskId: task.taskId, from: 'Pending', to: 'Running', actor: 'master', reason: 'all run' } as const;
    const moved = await Promise.all([1, 2, 3].map(() => transitionTasks(db, [step])));
    expect(moved.flat()).toHaveLength(1);
    expect(await timeline()).toEqual([
      'task Pending → Running',
      'task null → Pending',
      ...Array.from({ length: 2 }, () => 'node null → Registered'),
    ]);
  });

  it('ends a task for good', async () => {
    const { db, runId, task } = await setup();
    await transitionTasks(db, [{ taskId: task.taskId, from: 'Pending', to: 'Cancelled', actor: 'buyer', reason: 'stopped' }]);
    expect((await findTask(db, task.taskId))?.endedAt).toBeInstanceOf(Date);
    expect(await listOpenTasks(db, [runId])).toEqual([]);
    expect(
      await transitionTasks(db, [{ taskId: task.taskId, from: 'Cancelled', to: 'Running', actor: 'master', reason: 'again' }]),
    ).toEqual([]);
    expect(await stopTask(db, task.taskId)).toBeNull();
  });

  it('never has two live allocations of one replica', async () => {
    const { db, task, node, other } = await setup();
    const placed = await Promise.all([node, other, node, other].map((on) => createAllocations(db, [allocationOf(task, on)])));
    expect(placed.flat()).toHaveLength(1);
    expect(placed.flat()[0]).toMatchObject({ epoch: 1, phase: 'Placed', desired: 'Running' });
  });

  it('places a replica again under the next epoch once its allocation has ended', async () => {
    const { db, task, node } = await setup();
    const first = await placeOn(db, task, node);
    await transitionAllocations(db, [
      { allocationId: first.allocationId, epoch: 1, from: 'Placed', to: 'Failed', actor: node, reason: 'exit 1', patch: { exitCode: 1 } },
    ]);
    const second = await placeOn(db, task, node);
    expect(second.epoch).toBe(2);
    expect((await listNewestAllocations(db, [task.taskId])).map(({ allocationId }) => allocationId)).toEqual([second.allocationId]);
    expect((await listAllocations(db, { taskId: task.taskId })).items).toHaveLength(2);
  });

  it('counts what nodes refused, and nothing that failed otherwise', async () => {
    const { db, node, other, task } = await setup();
    const endOn = async (where: string, code: string, reason: string) => {
      const { allocationId, epoch } = await placeOn(db, task, where);
      const end = { allocationId, epoch, from: 'Placed', to: 'Failed', actor: where, reason, patch: { error: { code } } } as const;
      await transitionAllocations(db, [end]);
    };
    await endOn(node, 'POLICY_REFUSED', 'no such image here');
    await endOn(other, 'CONTAINER_EXITED', 'exit 1');
    await endOn(node, 'RESOURCES_EXHAUSTED', 'full');
    const ran = await placeOn(db, task, other);
    const step = { allocationId: ran.allocationId, epoch: ran.epoch, actor: other, reason: 'the disk' };
    await transitionAllocations(db, [{ ...step, from: 'Placed', to: 'Running', patch: { startedAt: new Date() } }]);
    await transitionAllocations(db, [{ ...step, from: 'Running', to: 'Failed', patch: { error: { code: 'RESOURCES_EXHAUSTED' } } }]);
    const of = { taskId: task.taskId, replica: 0, node, count: 1, sinceMs: expect.any(Number) };
    expect(await listRefusals(db, [task.taskId], ['POLICY_REFUSED', 'RESOURCES_EXHAUSTED'])).toEqual([
      { ...of, code: 'POLICY_REFUSED', message: 'no such image here' },
      { ...of, code: 'RESOURCES_EXHAUSTED', message: 'full' },
    ]);
  });

  it('places nothing for a task that is to be stopped', async () => {
    const { db, task, node } = await setup();
    await stopTask(db, task.taskId);
    expect(await createAllocations(db, [allocationOf(task, node)])).toEqual([]);
  });

  it('refuses the writes of a stale epoch and of a stale phase', async () => {
    const { db, task, node } = await setup();
    const { allocationId } = await placeOn(db, task, node);
    const step = { allocationId, epoch: 1, from: 'Placed', to: 'Running', actor: node, reason: 'started' } as const;
    expect(await transitionAllocations(db, [{ ...step, epoch: 0 }])).toEqual([]);
    expect(await transitionAllocations(db, [{ ...step, from: 'Pulling' }])).toEqual([]);
    expect(await transitionAllocations(db, [step])).toHaveLength(1);
    expect(await transitionAllocations(db, [step])).toEqual([]);
  });

  it('writes what is reported and leaves the rest as it was', async () => {
    const { db, task, node, timeline } = await setup();
    const { allocationId } = await placeOn(db, task, node);
    const base = { allocationId, epoch: 1, actor: node, reason: 'reported', reported: true };
    await transitionAllocations(db, [{ ...base, from: 'Placed', to: 'Pulling', patch: { pullProgress: { current: 1, total: 2 } } }]);
    await transitionAllocations(db, [{ ...base, from: 'Pulling', to: 'Pulling', patch: { pullProgress: { current: 2, total: 2 } } }]);
    expect(await findAllocation(db, allocationId)).toMatchObject({ pullProgress: { current: 2, total: 2 } });
    const startedAt = new Date(1_700_000_000_000);
    await transitionAllocations(db, [{ ...base, from: 'Pulling', to: 'Running', patch: { containerId: 'c1', imageId: 'i1', startedAt } }]);
    await transitionAllocations(db, [
      { ...base, from: 'Running', to: 'Failed', patch: { exitCode: 137, oomKilled: true, error: { code: 'X' } } },
    ]);
    expect(await findAllocation(db, allocationId)).toMatchObject({
      containerId: 'c1',
      imageId: 'i1',
      startedAt,
      exitCode: 137,
      oomKilled: true,
      error: { code: 'X' },
      pullProgress: null,
    });
    expect((await timeline()).slice(0, 4)).toEqual([
      'allocation Running → Failed',
      'allocation Pulling → Running',
      'allocation Placed → Pulling',
      'allocation null → Placed',
    ]);
  });

  it('asks once for a stop', async () => {
    const { db, runId, task, node } = await setup();
    const { allocationId } = await placeOn(db, task, node);
    expect(await stopAllocations(db, [{ allocationId, reason: 'buyer' }])).toHaveLength(1);
    expect(await stopAllocations(db, [{ allocationId, reason: 'timeout' }])).toEqual([]);
    expect(await listLiveAllocations(db, [runId])).toMatchObject([{ desired: 'Stopped', stopReason: 'buyer' }]);
  });

  it('keeps the furthest that an allocation has come, and since when, until it is told to stop', async () => {
    const { db, task, node } = await setup();
    const { allocationId, epoch } = await placeOn(db, task, node);
    const age = () =>
      db.pool.query(
        `UPDATE "Allocation" SET "progressAt" = now() - interval '1 hour', "stopAskedAt" = "stopAskedAt" - interval '1 hour' WHERE "allocationId" = $1`,
        [allocationId],
      );
    const isFresh = async (progress: number, from: 'Placed' | 'Pulling' | 'Unknown' = 'Pulling') => {
      await age();
      await transitionAllocations(db, [{ allocationId, epoch, from, to: 'Pulling', actor: node, reason: null, patch: { progress } }]);
      const [found] = await listNewestAllocations(db, [task.taskId]);
      return { furthest: found?.progress, fresh: (found?.idleMs ?? 0) < 1_800_000 };
    };
    expect(await isFresh(1, 'Placed')).toEqual({ furthest: 1, fresh: true });
    expect(await isFresh(2.5)).toEqual({ furthest: 2.5, fresh: true });
    expect(await isFresh(2.4)).toEqual({ furthest: 2.5, fresh: false });
    // What passed while it could not be heard counts for nothing.
    await transitionAllocations(db, [{ allocationId, epoch, from: 'Pulling', to: 'Unknown', actor: 'master', reason: null }]);
    expect(await isFresh(2.5, 'Unknown')).toEqual({ furthest: 2.5, fresh: true });
    await age();
    await stopAllocations(db, [{ allocationId, reason: 'overdue' }]);
    // The time to stop begins with the order to.
    expect((await listNewestAllocations(db, [task.taskId]))[0]?.idleMs).toBeLessThan(1_800_000);
    expect(await isFresh(3)).toEqual({ furthest: 3, fresh: false });
  });

  it('measures time on the database clock', async () => {
    const { db, task, node } = await setup();
    const { allocationId } = await placeOn(db, task, node);
    await db.pool.query(
      `UPDATE "Allocation" SET "progressAt" = now() - interval '90 seconds', "startedAt" = now() - interval '1 minute' WHERE "allocationId" = $1`,
      [allocationId],
    );
    const [found] = await listNewestAllocations(db, [task.taskId]);
    expect(found?.idleMs).toBeCloseTo(90_000, -4);
    expect(found?.runningMs).toBeCloseTo(60_000, -4);
    expect(found?.endedMs).toBeNull();
  });
});
