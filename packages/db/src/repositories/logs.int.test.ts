import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendLogChunks, type NewLogChunk } from '../hot/log-index.ts';
import { addressOf, hashOf } from '../testing/chain-events.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { listLastSequences, readLogChunks } from './logs.ts';
import { findSnapshot, listSnapshots } from './snapshots.ts';
import { appendTimeline, listTimeline } from './timeline.ts';
import { acceptUpload, beginUpload, finishUpload } from './uploads.ts';

describe('logs, snapshots and the timeline', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.remove());

  const chunk = (allocationId: string, sequence: number, text = `line ${sequence}`): NewLogChunk => ({
    allocationId,
    sequence,
    lines: [
      { at: 1_700_000_000_000 + sequence, stream: 'stdout', text },
      { at: 1_700_000_000_500 + sequence, stream: 'stderr', text: 'end' },
    ],
  });

  it('keeps each chunk once, however often and from however many sides it comes', async () => {
    const id = randomUUID();
    const batch = [chunk(id, 0), chunk(id, 1), chunk(id, 1, 'twice in one batch'), chunk(id, 2)];
    const acked = await Promise.all([1, 2, 3].map(() => appendLogChunks(test.db, batch)));
    expect(acked[0]).toEqual([0, 1, 1, 2].map((sequence) => ({ allocationId: id, sequence })));
    const kept = await readLogChunks(test.db, { allocationId: id });
    expect(kept.map(({ sequence }) => sequence)).toEqual([0, 1, 2]);
    expect(kept[1]).toMatchObject({ lines: chunk(id, 1).lines, firstAt: new Date(1_700_000_000_001), lastAt: new Date(1_700_000_000_501) });
  });

  it('reads on from a sequence', async () => {
    const id = randomUUID();
    await appendLogChunks(
      test.db,
      [5, 3, 4, 7].map((sequence) => chunk(id, sequence)),
    );
    expect((await readLogChunks(test.db, { allocationId: id, afterSequence: 3, limit: 2 })).map(({ sequence }) => sequence)).toEqual([
      4, 5,
    ]);
    expect(await listLastSequences(test.db, [id, randomUUID()])).toEqual([{ allocationId: id, sequence: 7 }]);
  });

  it('keeps lines that PostgreSQL would refuse', async () => {
    const id = randomUUID();
    await appendLogChunks(test.db, [chunk(id, 0, 'nul \0, half a pair \udc00, a whole one \u{1f600}, a written-out \\u0000')]);
    const [kept] = await readLogChunks(test.db, { allocationId: id });
    expect(kept).toMatchObject({ lines: [{ text: 'nul \uFFFD, half a pair \uFFFD, a whole one \u{1f600}, a written-out \\u0000' }, {}] });
  });

  it('keeps a snapshot once and lists the newest first', async () => {
    const taskId = randomUUID();
    const snapshots = [1, 2].map((n) => ({
      snapshotId: randomUUID(),
      taskId,
      allocationId: randomUUID(),
      runId: '1',
      node: addressOf(1),
      volume: 'data',
      sha256: hashOf(`s${n}`),
      sizeBytes: 5_000_000_000,
      acknowledgment: { n },
    }));
    for (const snapshot of snapshots) {
      await beginUpload(test.db, snapshot);
      expect(await acceptUpload(test.db, snapshot)).toBe('missing');
      await finishUpload(test.db, snapshot);
      expect(await acceptUpload(test.db, snapshot)).toBe('saved');
    }
    const [first, second] = snapshots;
    if (!first || !second) throw new Error('there are two');
    expect(await acceptUpload(test.db, first)).toBe('known');
    expect(await acceptUpload(test.db, { ...first, sha256: hashOf('s2') })).toBe('missing');
    expect(await findSnapshot(test.db, first.snapshotId)).toMatchObject({ sizeBytes: 5_000_000_000, acknowledgment: { n: 1 } });
    const page = await listSnapshots(test.db, { taskId, limit: 1 });
    expect(page.items.map(({ snapshotId }) => snapshotId)).toEqual([second.snapshotId]);
    expect((await listSnapshots(test.db, { taskId, limit: 1, cursor: page.nextCursor })).items.map(({ snapshotId }) => snapshotId)).toEqual(
      [first.snapshotId],
    );
  });

  it('writes a timeline in the order it was given, and pages it backwards', async () => {
    const runId = '42';
    const events = Array.from({ length: 5 }, (_, n) => ({
      runId,
      actor: 'master',
      subject: `s${n % 2}`,
      kind: 'task',
      from: null,
      to: `step ${n}`,
      reason: null,
    }));
    await appendTimeline(test.db.pool, events);
    const page = await listTimeline(test.db, { runId, limit: 3 });
    expect(page.items.map(({ to }) => to)).toEqual(['step 4', 'step 3', 'step 2']);
    expect((await listTimeline(test.db, { runId, cursor: page.nextCursor })).items.map(({ to }) => to)).toEqual(['step 1', 'step 0']);
    for (const cursor of ['5', "1,master,1,0'", '1,me,1,0', '99999999999999999,master,1,0', '9999-99-99 99:99:99,chain,1,1'])
      await expect(listTimeline(test.db, { runId, cursor })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect((await listTimeline(test.db, { runId, cursor: '9999999999999999,master,1,0' })).items).toHaveLength(5);
  });
});
