import { randomBytes, randomUUID } from 'node:crypto';
import type { Database } from '@muster/db/client';
import { openSession } from '@muster/db/repositories/sessions';
import { startChild } from '../child.ts';
import type { SessionKeys } from '../load/session-connection.ts';
import { type Load, startLoad } from '../load/start-load.ts';
import { type Ratio, compare } from '../ratio.ts';

const CONNECTIONS = 256;
const ROUNDS = 5;
const ROUND_MS = 4_000;
const WARM_UP_MS = 3_000;
/** pg's own default, and the size of the master's main pool. */
const BASELINE_POOL = 10;

interface Surroundings {
  db: Database;
  databaseUrl: string;
  masterUrl: string;
  runId: string;
  signal: AbortSignal;
}

/** Sessions as the master writes them when a node opens one; the nodes behind them do not exist, their keys do. */
async function createSessions(db: Database, runId: string): Promise<SessionKeys[]> {
  const sessions = Array.from({ length: CONNECTIONS }, () => ({
    sessionId: randomUUID(),
    node: `0x${randomBytes(20).toString('hex')}`,
    keyFromNode: randomBytes(32),
    keyToNode: randomBytes(32),
  }));
  const inviteDigest = `0x${randomBytes(32).toString('hex')}`;
  for (const session of sessions) await openSession(db, { ...session, runId, seq: 1, generation: 1, inviteDigest });
  return sessions.map(({ sessionId, keyFromNode, keyToNode }) => ({
    sessionId,
    keyFromNode: keyFromNode.toString('hex'),
    keyToNode: keyToNode.toString('hex'),
  }));
}

export async function measureHeartbeats({ db, databaseUrl, masterUrl, runId, signal }: Surroundings): Promise<Ratio> {
  const stops: (() => Promise<void>)[] = [];
  const load = async (target: Parameters<typeof startLoad>[0]): Promise<Load> => {
    const started = await startLoad(target);
    stops.push(started.stop);
    return started;
  };
  try {
    const server = startChild('./servers/upsert-server.ts');
    stops.push(server.stop);
    const url = await server.ask<string>({ databaseUrl, poolSize: BASELINE_POOL });
    const sessions = await createSessions(db, runId);
    const product = await load({ kind: 'sessions', url: masterUrl.replace('http', 'ws'), sessions });
    const baseline = await load({ kind: 'beats', url, ids: Array.from({ length: CONNECTIONS }, (_, index) => `node-${index}`) });
    await baseline.run(WARM_UP_MS);
    await product.run(WARM_UP_MS);
    return await compare({
      id: 'heartbeats',
      title: `durable session-authenticated heartbeats over ${CONNECTIONS} WebSockets ÷ bare node:http with one prepared upsert a request`,
      unit: '/s',
      aim: { atLeast: 2 },
      rounds: ROUNDS,
      signal,
      product: { name: 'apps/web: tRPC WebSocket, MAC checked and made, committed', measure: () => product.run(ROUND_MS) },
      baseline: {
        name: `node:http, ${CONNECTIONS} keep-alive connections, pool of ${BASELINE_POOL}`,
        measure: () => baseline.run(ROUND_MS),
      },
      notes: async () => [await durable(db, { product, baseline })],
    });
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

/** Every counter whose answer arrived must be in its row, read over a connection of ours. Throws when one is not. */
async function durable(db: Database, sides: Record<'product' | 'baseline', Load>): Promise<string> {
  const [sent, posted] = await Promise.all([sides.product.counters(), sides.baseline.counters()]);
  const sessions = await db.pool.query<{ id: string; counter: number }>(
    'SELECT "sessionId" AS id, "counterIn" AS counter FROM "Session" WHERE "sessionId" = ANY($1)',
    [Object.keys(sent)],
  );
  const beats = await db.pool.query<{ id: string; counter: number }>('SELECT id, counter FROM bench_beat');
  return `durable: ${verify(sent, sessions.rows)} heartbeats and ${verify(posted, beats.rows)} upserts answered, and every last counter is in its row`;
}

function verify(answered: Record<string, number>, rows: readonly { id: string; counter: number }[]): number {
  const stored = new Map(rows.map(({ id, counter }) => [id, counter]));
  for (const [id, counter] of Object.entries(answered)) {
    if (stored.get(id) !== counter) throw new Error(`${id}: counter ${counter} was answered, but its row holds ${stored.get(id)}`);
  }
  return Object.values(answered).reduce((sum, counter) => sum + counter, 0);
}
