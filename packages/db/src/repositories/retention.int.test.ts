import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendLogChunks } from '../hot/log-index.ts';
import { addressOf, hashOf } from '../testing/chain-events.ts';
import { createRunWithNodes, createTaskIn, placeOn } from '../testing/scene.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { saveEvidence } from './evidence.ts';
import { issueOrders } from './issue-orders.ts';
import { readLogChunks } from './logs.ts';
import { sweepRetained, type Retention } from './retention.ts';
import { trimLogs } from './trim-logs.ts';

const DAY = 86_400_000;
const KEEP: Retention = { logsMs: 10 * DAY, logBytes: 1_000_000, timelineMs: 10 * DAY, evidenceMs: 10 * DAY, ordersMs: 10 * DAY };

describe('retention', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.remove());

  const query = (text: string, values: unknown[] = []) => test.db.pool.query(text, values);
  const count = async (text: string, values: unknown[]): Promise<number> => (await query(text, values)).rows.length;

  /** A live task and one that ended `endedDaysAgo`, each with log, orders and timeline of long ago. */
  async function setup(endedDaysAgo = 20) {
    const { db } = test;
    const { runId, nodes } = await createRunWithNodes(db, 2);
    const [node = '', gone = ''] = nodes;
    const [live, ended] = [await placeOn(db, await createTaskIn(db, runId), node), await placeOn(db, await createTaskIn(db, runId), node)];
    const ids = [live.allocationId, ended.allocationId];
    await appendLogChunks(
      db,
      ids.map((allocationId) => ({ allocationId, sequence: 0, lines: [{ at: 1, stream: 'stdout', text: 'x' }] })),
    );
    const draft = { runId, node, seq: 1, masterEpoch: 1, kind: 'start' as const, body: '{}' };
    await issueOrders(
      db,
      ids.map((allocationId) => ({ ...draft, allocationId })),
      (order) => order,
    );
    const ago = [endedDaysAgo];
    await query(`UPDATE "Allocation" SET "endedAt" = now() - $1 * interval '1 day', phase = 'Succeeded' WHERE "allocationId" = $2`, [
      ...ago,
      ended.allocationId,
    ]);
    await query(`UPDATE "Task" SET "endedAt" = now() - $1 * interval '1 day', phase = 'Succeeded' WHERE "taskId" = $2`, [
      ...ago,
      ended.taskId,
    ]);
    await query(`UPDATE "NodeState" SET phase = 'Left' WHERE node = $1`, [gone]);
    await query(`UPDATE "LogChunk" SET "receivedAt" = now() - interval '30 days'`);
    await query(`UPDATE "Order" SET "createdAt" = now() - interval '30 days', "acknowledgedAt" = now() - interval '30 days'`);
    await query(`UPDATE "TimelineEvent" SET at = now() - interval '30 days'`);
    return { db, runId, node, gone, live, ended };
  }

  it('removes what has long been over, and nothing that is live', async () => {
    const { db, runId, node, gone, live, ended } = await setup();
    expect(await sweepRetained(db, KEEP)).toMatchObject({ logs: 1, orders: 1, timeline: 3 });
    expect(await readLogChunks(db, { allocationId: live.allocationId })).toHaveLength(1);
    expect(await readLogChunks(db, { allocationId: ended.allocationId })).toEqual([]);
    const { rows } = await query('SELECT subject FROM "TimelineEvent" WHERE "runId" = $1', [runId]);
    const subjects = rows.map(({ subject }: { subject: string }) => subject);
    expect(subjects.toSorted()).toEqual([live.allocationId, live.taskId, node].toSorted());
    expect(subjects).not.toContain(gone);
    expect(await count('SELECT 1 FROM "Order" WHERE "allocationId" = $1', [live.allocationId])).toBe(1);
    expect(await sweepRetained(db, KEEP)).toMatchObject({ logs: 0, orders: 0, timeline: 0 });
  });

  it('counts from the end of the container, not from the line', async () => {
    const { db, ended } = await setup(5);
    expect(await sweepRetained(db, KEEP)).toMatchObject({ logs: 0, orders: 0 });
    expect(await readLogChunks(db, { allocationId: ended.allocationId })).toHaveLength(1);
  });

  it('keeps an order that nobody acknowledged, and a young one', async () => {
    const { db, ended } = await setup();
    await query('UPDATE "Order" SET "acknowledgedAt" = NULL WHERE "allocationId" = $1', [ended.allocationId]);
    expect(await sweepRetained(db, KEEP)).toMatchObject({ orders: 0 });
  });

  it('keeps of a log that grows the newest part, and says in its place how much is gone', async () => {
    const { db } = test;
    const [allocationId, small] = [randomUUID(), randomUUID()];
    const text = 'x'.repeat(300_000);
    const append = (id: string, sequences: number[]) =>
      appendLogChunks(
        db,
        sequences.map((sequence) => ({ allocationId: id, sequence, lines: [{ at: 1_000 + sequence, stream: 'stdout', text }] })),
      );
    const trim = () => trimLogs(db, { keepBytes: 1_000_000, grewWithinMs: 60_000 });
    const read = async (id: string) =>
      (await readLogChunks(db, { allocationId: id })).map(({ sequence, lines, droppedBytes }) => [
        sequence,
        JSON.stringify(lines).slice(0, 120),
        droppedBytes,
      ]);
    await append(allocationId, [0, 1, 2, 3, 4]);
    await append(small, [0, 1]);
    const untouched = await read(small);
    expect(await trim()).toBe(1);
    const mark = (megabytes: number) => expect.stringContaining(`[muster] about ${megabytes} MB of this log were dropped here`);
    expect(await read(allocationId)).toEqual([
      [1, mark(1), 600_082],
      ...[2, 3, 4].map((sequence) => [sequence, expect.stringContaining('xxx'), 0]),
    ]);
    expect(await trim()).toBe(0);
    await append(allocationId, [5, 6]);
    expect(await trim()).toBe(1);
    expect(await read(allocationId)).toEqual([
      [3, mark(2), 1_200_164],
      ...[4, 5, 6].map((sequence) => [sequence, expect.stringContaining('xxx'), 0]),
    ]);
    expect(await read(small)).toEqual(untouched);
  });

  it('keeps the evidence about a registration that lives', async () => {
    const { db, runId, node } = await setup();
    const evidence = { runId, validator: addressOf(5), document: {} };
    await saveEvidence(db, { ...evidence, hash: hashOf('live'), node });
    await saveEvidence(db, { ...evidence, hash: hashOf('over'), node: addressOf(77) });
    await saveEvidence(db, { ...evidence, hash: hashOf('young'), node: addressOf(77) });
    await query(`UPDATE "Evidence" SET "createdAt" = now() - interval '30 days' WHERE hash <> $1`, [hashOf('young')]);
    expect(await sweepRetained(db, KEEP)).toMatchObject({ evidence: 1 });
    expect(await count('SELECT 1 FROM "Evidence" WHERE hash = ANY($1)', [[hashOf('live'), hashOf('young')]])).toBe(2);
  });
});
