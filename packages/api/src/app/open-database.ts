import { startEmbeddedPostgres } from '@muster/db/embedded/start-postgres';
import { applyMigrations } from '@muster/db/migrate/apply-migrations';
import type { AppError } from '@muster/protocol/errors/app-error';
import type { Logger } from '@muster/runtime/logger';

export type OpenDatabase = { url: string; stop(): Promise<void> };

export type OpenDatabaseOptions = {
  /** Null: a PostgreSQL of our own, in `dataDir`. */
  url: string | null;
  dataDir: string;
  signal: AbortSignal;
  logger: Logger;
  /** Our own PostgreSQL ended by itself: the server can do nothing more. */
  onExit(error: AppError): void;
};

/** A database with the schema of this version. Throws AppError: DATABASE_UNAVAILABLE, DISK_FULL, DATA_DIR_UNUSABLE, STATE_CORRUPT. */
export async function openDatabase({ url, dataDir, signal, logger, onExit }: OpenDatabaseOptions): Promise<OpenDatabase> {
  if (url !== null) {
    await migrate(url, logger);
    return { url, stop: () => Promise.resolve() };
  }
  const postgres = await startEmbeddedPostgres({ dataDir, signal, logger, onExit });
  try {
    await migrate(postgres.url, logger);
    return postgres;
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

async function migrate(url: string, logger: Logger): Promise<void> {
  const applied = await applyMigrations({ url });
  if (applied.length > 0) logger.info({ event: 'database.migrated', applied }, 'the database has the schema of this version');
}
