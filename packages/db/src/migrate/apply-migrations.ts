import { DatabaseError } from '../database-error.ts';
import { noFilter, readMigrationList } from './migration-list.ts';
import { withSchemaEngine } from './schema-engine.ts';

/**
 * Brings the database at `url` up to the schema of this version, by Prisma's own engine and without a download.
 * Returns the names applied now. Safe to call from several processes at once (the engine takes an advisory lock).
 */
export async function applyMigrations({ url }: { url: string }): Promise<string[]> {
  const migrationsList = await readMigrationList();
  try {
    const { appliedMigrationNames } = await withSchemaEngine(url, (engine) => engine.applyMigrations({ migrationsList, filters: noFilter }));
    return appliedMigrationNames;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DatabaseError('DATABASE_MIGRATION_FAILED', `The database could not be migrated: ${firstLine(reason)}`, {
      hint: 'Restore a backup, or for a development database run `npm run reset` and start again.',
      cause,
    });
  }
}

function firstLine(text: string): string {
  return text.split('\n').find((line) => line.trim() !== '')?.trim() ?? 'unknown reason';
}
