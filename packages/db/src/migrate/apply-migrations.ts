import { databaseError, translateDatabaseError } from '../database-error.ts';
import { noFilter, readMigrationList } from './migration-list.ts';
import { withSchemaEngine } from './schema-engine.ts';

/**
 * Brings the database at `url` up to the schema of this version, by Prisma's own engine and without a download. Returns the
 * names applied now. Safe to call from several processes at once (the engine takes an advisory lock).
 * Throws AppError: DATABASE_UNAVAILABLE, DISK_FULL, or STATE_CORRUPT when the database is not one that these migrations made.
 */
export async function applyMigrations({ url }: { url: string }): Promise<string[]> {
  const migrationsList = await readMigrationList();
  try {
    const { appliedMigrationNames } = await withSchemaEngine(url, (engine) => engine.applyMigrations({ migrationsList, filters: noFilter }));
    return appliedMigrationNames;
  } catch (cause) {
    throw translateDatabaseError(cause) ?? explainFailure(cause);
  }
}

/** The engine wraps what the adapter threw into text. */
function explainFailure(cause: unknown): Error {
  const text = cause instanceof Error ? cause.message : String(cause);
  const line = text.split('\n').find((candidate) => candidate.trim() !== '')?.trim() ?? 'unknown reason';
  if (/ECONNREFUSED|ENOTFOUND|ETIMEDOUT|Can't reach database|P1001/.test(text)) {
    return databaseError('DATABASE_UNAVAILABLE', `The database does not answer: ${line}`, { hint: 'Check DATABASE_URL and that PostgreSQL runs.', cause });
  }
  return databaseError('STATE_CORRUPT', `The database could not be migrated: ${line}`, {
    hint: 'Restore a backup, or for a development database run `npm run reset` and start again.',
    reason: 'migration',
    cause,
  });
}
