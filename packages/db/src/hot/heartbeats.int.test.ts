import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { issueOrders } from '../repositories/issue-orders.ts';
import { listLiveSessions, openSession } from '../repositories/sessions.ts';
import { addressOf, hashOf } from '../testing/chain-events.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { createHeartbeatWriter, RECORD, type HeartbeatWriter } from './heartbeats.ts';

describe('heartbeat writer', () => {
  let test: TestDatabase;
  let writer: HeartbeatWriter;
  beforeAll(async () => {
    test = await createTestDatabase();
    writer = createHeartbeatWriter(test.db.hot);
  });
  afterAll(async () => {
    await writer.close();
    await test.remove();
  });

  let nodes = 0;
  async function setup() {
    const sessionId = randomUUID();
    const key = { runId: '1', node: addressOf(1_000 + nodes++) };
    const open = (id: string, generation: number) =>
      openSession(test.db, {
        sessionId: id,
        ...key,
        seq: 1,
        generation,
        inviteDigest: hashOf('invite'),
        keyFromNode: Buffer.alloc(32, 1),
        keyToNode: Buffer.alloc(32, 2),
      });
    await open(sessionId, 1);
    return { sessionId, key, open };
  }

  it('records a beat and its body on the database clock', async () => {
    const { sessionId, key } = await setup();
    const answer = await writer.record({ sessionId, counter: 1, status: { usage: { cpu: 0.5 } } });
    expect(answer).toEqual({ accepted: true, hasOrders: false });
    const [session] = await listLiveSessions(test.db, [key]);
    expect(session).toMatchObject({ status: { usage: { cpu: 0.5 } } });
    expect(session?.silentMs).toBeLessThan(60_000);
  });

  it('refuses a counter that does not rise', async () => {
    const { sessionId } = await setup();
    await writer.record({ sessionId, counter: 5, status: {} });
    for (const counter of [5, 4])
      expect(await writer.record({ sessionId, counter, status: {} })).toEqual({ accepted: false, reason: 'stale-counter' });
    expect(await writer.record({ sessionId, counter: 6, status: {} })).toMatchObject({ accepted: true });
  });

  it('lets one of many frames with the same counter through, on any number of writers', async () => {
    const { sessionId } = await setup();
    const others = [createHeartbeatWriter(test.db.hot), createHeartbeatWriter(test.db.pool)];
    const answers = await Promise.all(
      [writer, ...others].flatMap((each) => [1, 2, 3].map(() => each.record({ sessionId, counter: 7, status: {} }))),
    );
    expect(answers.filter(({ accepted }) => accepted)).toHaveLength(1);
  });

  it('takes several frames of one session in their order within one turn', async () => {
    const { sessionId } = await setup();
    const answers = await Promise.all([1, 2, 3].map((counter) => writer.record({ sessionId, counter, status: { counter } })));
    expect(answers.map(({ accepted }) => accepted)).toEqual([true, true, true]);
  });

  it('refuses a superseded session and one that it never saw', async () => {
    const { sessionId, open } = await setup();
    await open(randomUUID(), 2);
    expect(await writer.record({ sessionId, counter: 1, status: {} })).toEqual({ accepted: false, reason: 'superseded' });
    expect(await writer.record({ sessionId: randomUUID(), counter: 1, status: {} })).toEqual({ accepted: false, reason: 'unknown' });
  });

  it('tells whether orders wait', async () => {
    const { sessionId, key } = await setup();
    const draft = { ...key, seq: 1, masterEpoch: 1, kind: 'drain', allocationId: null, body: '{}' } as const;
    await issueOrders(test.db, [draft, draft], (order) => ({ message: order, signature: '0x' }));
    expect(await writer.record({ sessionId, counter: 1, status: {} })).toEqual({ accepted: true, hasOrders: true });
  });

  it('keeps hostile text from failing the others of a batch', async () => {
    const [good, bad, worse] = [await setup(), await setup(), await setup()];
    const answers = await Promise.all([
      writer.record({ sessionId: good.sessionId, counter: 1, status: { ok: true } }),
      writer.record({ sessionId: bad.sessionId, counter: 1, status: { text: 'nul \0 and half a pair \ud800' } }),
      writer.record({ sessionId: worse.sessionId, counter: Number.MAX_SAFE_INTEGER * 4096, status: {} }).catch(() => 'rejected'),
    ]);
    expect(answers).toEqual([expect.objectContaining({ accepted: true }), expect.objectContaining({ accepted: true }), 'rejected']);
  });

  it('writes a thousand sessions in a few statements', async () => {
    const { rows: sessions } = await test.db.pool.query<{ sessionId: string }>(
      `INSERT INTO "Session" ("sessionId", "runId", node, seq, generation, "inviteDigest", "keyFromNode", "keyToNode")
       SELECT gen_random_uuid()::text, '2', n::text, 1, 1, 'digest', '', '' FROM generate_series(1, 1000) AS n RETURNING "sessionId"`,
    );
    const statements = vi.spyOn(test.db.hot, 'query');
    const answers = await Promise.all(sessions.map(({ sessionId }) => writer.record({ sessionId, counter: 1, status: {} })));
    expect(answers.every(({ accepted }) => accepted)).toBe(true);
    expect(statements.mock.calls.length).toBeLessThan(5);
    statements.mockRestore();
  });

  it('finds its rows by index: the session by its key, the waiting orders among those that wait alone', async () => {
    const client = await test.db.pool.connect();
    try {
      await client.query('BEGIN');
      // Tables as small as a test's are read whole whatever the indexes; this asks whether they could be used.
      await client.query('SET LOCAL enable_seqscan = off');
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${RECORD}`, [['a'], [1], ['{}']]);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toContain('"Session_pkey"');
      expect(plan).toContain('Index Only Scan using "Order_pending_idx"');
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });
});
