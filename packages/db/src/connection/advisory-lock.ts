import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@muster/runtime/logger';
import pg from 'pg';

export interface AdvisoryLockOptions {
  /** Ends the wait, and reaches the holder's own signal. */
  signal?: AbortSignal;
  /** Between two tries while another holds it. */
  pollMs?: number;
}

const POLL_MS = 500;
const CHECK_MS = 5_000;

/**
 * Waits until this process alone holds the lock named `key`, runs `use` and frees it. A session-level lock on a connection of its
 * own: when that connection is lost so is the lock, and `use`'s signal aborts with the reason; `use` must then return.
 */
export async function withAdvisoryLock<T>(
  connect: { url: string; logger: Logger },
  key: string,
  use: (signal: AbortSignal) => Promise<T>,
  options: AdvisoryLockOptions = {},
): Promise<T> {
  const client = new pg.Client({
    connectionString: connect.url,
    application_name: `muster lock ${key}`.slice(0, 63),
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  });
  const lost = new AbortController();
  const lose = (reason: unknown) => lost.abort(new Error(`the lock ${key} was lost with its database connection`, { cause: reason }));
  client.on('error', lose);
  client.on('end', () => lose(undefined));
  await client.connect();
  const signal = options.signal ? AbortSignal.any([options.signal, lost.signal]) : lost.signal;
  const idle = new AbortController();
  try {
    await acquire({ client, key, signal, pollMs: options.pollMs ?? POLL_MS });
    connect.logger.debug({ event: 'database.lock-taken', key }, 'advisory lock taken');
    void watch(client, AbortSignal.any([lost.signal, idle.signal]), lose);
    return await use(signal);
  } finally {
    idle.abort();
    await client.end().catch(() => undefined);
  }
}

/** Polls instead of waiting inside PostgreSQL, so that an abort needs no second connection to cancel the wait. */
async function acquire(options: { client: pg.Client; key: string; signal: AbortSignal; pollMs: number }): Promise<void> {
  const { client, key, signal, pollMs } = options;
  for (;;) {
    signal.throwIfAborted();
    const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked', [key]);
    if (rows[0]?.locked === true) return;
    await sleep(pollMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

/** A silent partition closes no socket: a question that stays unanswered counts as lost. */
async function watch(client: pg.Client, signal: AbortSignal, lose: (reason: unknown) => void): Promise<void> {
  while (!signal.aborted) {
    await sleep(CHECK_MS, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    const late = new AbortController();
    const timer = sleep(CHECK_MS, undefined, { signal: late.signal, ref: false }).then(
      () => lose(new Error('the database did not answer')),
      () => undefined,
    );
    await client.query('SELECT 1').catch(lose);
    late.abort();
    await timer;
  }
}
