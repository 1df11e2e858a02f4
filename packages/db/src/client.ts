import type { Logger } from '@muster/runtime/logger';
import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { withAdvisoryLock, type AdvisoryLockOptions } from './connection/advisory-lock.ts';
import { createNotifier, type NotificationHandler } from './connection/notifier.ts';
import { createPool } from './connection/pools.ts';
import { translateDatabaseError } from './database-error.ts';
import { PrismaClient } from './generated/prisma/client.ts';

/** Everything that the repositories need; nothing above packages/db looks inside. */
export interface Database {
  prisma: PrismaClient;
  pool: pg.Pool;
  /** For the coalesced writes alone, so that a heartbeat never queues behind a report. */
  hot: pg.Pool;
  listen(channel: string, handler: NotificationHandler): Promise<() => Promise<void>>;
  notify(channel: string, payload: string): Promise<void>;
  withAdvisoryLock<T>(key: string, use: (signal: AbortSignal) => Promise<T>, options?: AdvisoryLockOptions): Promise<T>;
  /** Throws AppError DATABASE_UNAVAILABLE when the server does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

const POOL_SIZE = 10;
const HOT_POOL_SIZE = 2;

/** Opens pools on `url`; connections are made on first use. The schema must be current: call applyMigrations first. */
export function createDatabase(options: { url: string; logger: Logger; poolSize?: number }): Database {
  const { url, logger, poolSize = POOL_SIZE } = options;
  const pool = createPool({ url, name: 'main', max: poolSize, queryTimeoutMs: 60_000, logger });
  const hot = createPool({ url, name: 'hot', max: HOT_POOL_SIZE, queryTimeoutMs: 15_000, logger });
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool), errorFormat: 'minimal' });
  const notifier = createNotifier({ url, logger });
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    await notifier.close();
    await prisma.$disconnect();
    await Promise.all([pool.end(), hot.end()]);
  }

  return {
    prisma,
    pool,
    hot,
    listen: notifier.listen,
    notify: async (channel, payload) => {
      await pool.query('SELECT pg_notify($1, $2)', [channel, payload]);
    },
    withAdvisoryLock: (key, use, lockOptions) => withAdvisoryLock({ url, logger }, key, use, lockOptions),
    ping: async () => {
      await pool.query('SELECT 1').catch((error: unknown) => {
        throw translateDatabaseError(error) ?? error;
      });
    },
    close: () => (closing ??= close()),
  };
}
