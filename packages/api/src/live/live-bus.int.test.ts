import { createTestDatabase, type TestDatabase } from '@muster/db/testing/test-database';
import { createLogger } from '@muster/runtime/logger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLiveBus, type LiveBus } from './live-bus.ts';
import { logTopic, ordersTopic } from './topics.ts';

let database: TestDatabase;
let here: LiveBus;
let there: LiveBus;

beforeAll(async () => {
  database = await createTestDatabase();
  const logger = createLogger({ name: 'test', level: 'error' });
  [here, there] = [await createLiveBus({ db: database.db, logger }), await createLiveBus({ db: database.db, logger })];
});

afterAll(async () => {
  await Promise.all([here.close(), there.close()]);
  await database.remove();
});

describe('the live bus', () => {
  it('tells every copy of the server, and only those who listen for the topic', async () => {
    const [mine, other] = [there.watch([logTopic('a')]), there.watch([logTopic('b')])];
    here.publish([logTopic('a')]);
    expect(await mine.next(60_000)).toEqual(new Set([logTopic('a')]));
    expect(await other.next(50)).toEqual(new Set());
    mine.close();
    other.close();
  });

  it('collects what happens between two looks', async () => {
    const watcher = there.watch([logTopic('a'), logTopic('b'), 'reconcile']);
    const witness = there.watch(['reconcile']);
    here.publish([logTopic('a'), logTopic('b')]);
    here.publish(['reconcile']);
    await witness.next(60_000);
    expect(await watcher.next(60_000)).toEqual(new Set([logTopic('a'), logTopic('b'), 'reconcile']));
    watcher.close();
    witness.close();
  });

  it('carries more topics than one notification holds', async () => {
    const topics = Array.from({ length: 500 }, (_, index) => ordersTopic('1', `0x${String(index).padStart(40, '0')}`));
    const watcher = there.watch(topics);
    here.publish(topics);
    const seen = new Set<string>();
    while (seen.size < topics.length) for (const topic of await watcher.next(60_000)) seen.add(topic);
    expect(seen.size).toBe(500);
    watcher.close();
  });

  it('wakes up when its signal aborts', async () => {
    const controller = new AbortController();
    const watcher = there.watch([logTopic('z')], controller.signal);
    const woken = watcher.next(60_000);
    controller.abort();
    expect(await woken).toEqual(new Set());
    watcher.close();
  });
});
