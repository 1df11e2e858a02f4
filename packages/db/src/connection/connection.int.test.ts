import { createLogger } from '@muster/runtime/logger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type Database } from '../client.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';

const logger = createLogger({ name: 'test', level: 'silent' });

describe('connections', () => {
  let test: TestDatabase;
  let other: Database;
  beforeAll(async () => {
    test = await createTestDatabase();
    other = createDatabase({ url: test.url, logger });
  });
  afterAll(async () => {
    await other.close();
    await test.remove();
  });

  /** Cuts every connection of a kind from the server's side, as a restart of the server would, and waits until they are gone. */
  const cut = (name: string, which = 'true') =>
    other.pool.query(
      `SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid() AND ${which}`,
      [name],
    );

  it('hears what another process notifies, on every channel and handler, until it stops listening', async () => {
    const heard: string[] = [];
    const stops = await Promise.all([
      test.db.listen('one', (payload) => heard.push(`a ${payload}`)),
      test.db.listen('one', (payload) => heard.push(`b ${payload}`)),
      test.db.listen('Two words', (payload) => heard.push(`c ${payload}`)),
    ]);
    await other.notify('one', '1');
    await other.notify('Two words', '2');
    await expect.poll(() => heard).toEqual(['a 1', 'b 1', 'c 2']);
    for (const stop of stops) await stop();
    await other.notify('one', '3');
    const last: (string | null)[] = [];
    const stop = await test.db.listen('three', (payload) => last.push(payload));
    await other.notify('three', '4');
    await expect.poll(() => last).toEqual(['4']);
    expect(heard).toHaveLength(3);
    await stop();
  });

  it('listens again after its connection broke, and says that it may have missed something', async () => {
    const heard: (string | null)[] = [];
    const stop = await test.db.listen('news', (payload) => heard.push(payload));
    await cut('muster listen');
    await expect.poll(() => heard).toEqual([null]);
    await other.notify('news', 'after');
    await expect.poll(() => heard).toEqual([null, 'after']);
    await stop();
  });

  it('goes on serving queries after its connections broke', async () => {
    await test.db.ping();
    await cut('muster main');
    await expect
      .poll(() =>
        test.db.ping().then(
          () => 'answers',
          () => 'broken',
        ),
      )
      .toBe('answers');
    expect(await test.db.prisma.run.count()).toBe(0);
  });

  it('gives a lock to one holder at a time', async () => {
    let inside = 0;
    let most = 0;
    const hold = (db: Database) =>
      db.withAdvisoryLock(
        'turn',
        async () => {
          inside += 1;
          most = Math.max(most, inside);
          await db.pool.query('SELECT pg_sleep(0.05)');
          inside -= 1;
        },
        { pollMs: 10 },
      );
    await Promise.all([hold(test.db), hold(other), hold(test.db)]);
    expect(most).toBe(1);
  });

  it('tells the holder that its lock is gone with its connection, and lets the next one in', async () => {
    const entered: string[] = [];
    const first = test.db.withAdvisoryLock('lost', async (signal) => {
      entered.push('first');
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      return signal.reason;
    });
    await expect.poll(() => entered).toEqual(['first']);
    const second = other.withAdvisoryLock('lost', async () => entered.push('second'), { pollMs: 10 });
    // The holder's connection alone: the one that waits goes on waiting.
    await cut('muster lock lost', `pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted)`);
    expect(await first).toMatchObject({ message: expect.stringContaining('was lost') });
    await second;
    expect(entered).toEqual(['first', 'second']);
  });

  it('stops waiting for a lock when it is told to', async () => {
    const stop = new AbortController();
    await test.db.withAdvisoryLock('held', async () => {
      const waiting = other.withAdvisoryLock('held', async () => 'never', { signal: stop.signal, pollMs: 10 });
      stop.abort(new Error('shutting down'));
      await expect(waiting).rejects.toThrow('shutting down');
    });
  });

  it('says in one code that there is no database', async () => {
    const nowhere = createDatabase({ url: 'postgresql://muster:x@127.0.0.1:1/muster', logger });
    await expect(nowhere.ping()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await nowhere.close();
  });
});
