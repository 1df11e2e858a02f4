import type { Logger } from '@muster/runtime/logger';
import { retry } from '@muster/runtime/retry';
import pg from 'pg';

/** `payload` is null after a reconnect: anything may have been missed, so look again. */
export type NotificationHandler = (payload: string | null) => void;

export interface Notifier {
  /** Resolves once the server listens; the returned function stops it. */
  listen(channel: string, handler: NotificationHandler): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** LISTEN on one dedicated connection, which is opened on first use and reopened for ever when it breaks. */
export function createNotifier(options: { url: string; logger: Logger }): Notifier {
  const { url, logger } = options;
  const handlers = new Map<string, Set<NotificationHandler>>();
  const closed = new AbortController();
  let connection: Promise<pg.Client> | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'muster listen',
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
    });
    client.on('error', (err) => logger.warn({ event: 'database.listen-lost', err }, 'the notification connection broke'));
    client.on('notification', ({ channel, payload }) => call(channel, payload ?? ''));
    await client.connect();
    try {
      for (const channel of handlers.keys()) await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    client.once('end', reconnect);
    return client;
  }

  function reconnect(): void {
    if (closed.signal.aborted) return;
    connection = retry(connect, { signal: closed.signal, baseMs: 100, maxMs: 5_000 });
    connection.then(
      () => {
        for (const channel of handlers.keys()) call(channel, null);
      },
      () => undefined,
    );
  }

  function call(channel: string, payload: string | null): void {
    for (const handler of handlers.get(channel) ?? []) {
      try {
        handler(payload);
      } catch (err) {
        logger.error({ event: 'database.listener-failed', channel, err }, 'a notification handler threw');
      }
    }
  }

  /** One statement at a time: pg deprecates a second one on a busy client. */
  function query(statement: string, channel: string): Promise<void> {
    const turn = last.then(async () => {
      const client = await connection;
      // When this fails the connection is broken, and the reconnect listens to every channel in the map.
      await client?.query(`${statement} ${client.escapeIdentifier(channel)}`).catch(() => undefined);
    });
    last = turn.catch(() => undefined);
    return turn;
  }

  return {
    async listen(channel, handler) {
      closed.signal.throwIfAborted();
      const known = handlers.get(channel) ?? new Set();
      handlers.set(channel, known.add(handler));
      const used = (connection ??= connect());
      try {
        await query('LISTEN', channel);
      } catch (error) {
        // The first connection could not be made: that is the caller's to see, and the next call tries again.
        if (connection === used) connection = undefined;
        known.delete(handler);
        throw error;
      }
      return async () => {
        known.delete(handler);
        if (known.size > 0 || handlers.get(channel) !== known) return;
        handlers.delete(channel);
        if (!closed.signal.aborted) await query('UNLISTEN', channel);
      };
    },
    async close() {
      closed.abort();
      const client = await connection?.catch(() => undefined);
      await client?.end();
    },
  };
}
