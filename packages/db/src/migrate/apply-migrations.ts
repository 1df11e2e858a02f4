import { AppError } from '@muster/protocol/errors/app-error';
import { causeChain } from '@muster/runtime/cause-chain';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';
import pg from 'pg';
import { databaseError, translateDatabaseError } from '../database-error.ts';
import { connectionParts } from './connection.ts';
import { noFilter, readMigrationList } from './migration-list.ts';
import { withSchemaEngine } from './schema-engine.ts';

const OLDEST_SERVER = 15;
const RESET = 'Restore a backup, or for a development database run `npm run reset` and start again.';

/**
 * Brings the database at `url` up to the schema of this version, by Prisma's own engine and without a download. Returns the
 * names applied now. Safe to call from several processes at once (the engine takes an advisory lock).
 * Throws AppError: DATABASE_UNAVAILABLE, DISK_FULL, or STATE_CORRUPT when the database is not one that these migrations made.
 */
export async function applyMigrations({ url }: { url: string }): Promise<string[]> {
  const migrationsList = await readMigrationList();
  try {
    await requireServer(url);
    return await withSchemaEngine(url, async (engine) => {
      const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters: noFilter });
      await requireSameHistory(engine, migrationsList);
      return appliedMigrationNames;
    });
  } catch (cause) {
    throw translateDatabaseError(cause) ?? explainFailure(cause);
  }
}

/** The engine passes over migrations that it does not know or that were changed since; on such a schema nothing here can be relied on. */
async function requireSameHistory(engine: SchemaEngine, migrationsList: Awaited<ReturnType<typeof readMigrationList>>): Promise<void> {
  const { editedMigrationNames, history } = await engine.diagnoseMigrationHistory({
    migrationsList,
    optInToShadowDatabase: false,
    filters: noFilter,
  });
  const [edited] = editedMigrationNames;
  if (edited !== undefined) {
    throw databaseError('STATE_CORRUPT', `The database was made by another form of the migration ${edited}.`, {
      hint: RESET,
      reason: 'migration',
    });
  }
  if (history !== null && history.diagnostic !== 'databaseIsBehind') {
    throw databaseError(
      'STATE_CORRUPT',
      `A newer Muster has used this database: it knows the migration ${history.unpersistedMigrationNames[0]}, and this version does not.`,
      {
        hint: `Start that version again. ${RESET}`,
        reason: 'migration',
      },
    );
  }
}

/** The engine wraps what the adapter threw into text, hence the plain question first. */
async function requireServer(url: string): Promise<void> {
  const client = new pg.Client({ ...connectionParts(url), connectionTimeoutMillis: 10_000 });
  // What breaks later is told by the query that needs it.
  client.on('error', () => undefined);
  try {
    await client.connect().catch((cause: unknown) => {
      throw unreachable(cause);
    });
    const { rows } = await client.query<{ version: number }>(`SELECT current_setting('server_version_num')::int / 10000 AS version`);
    const version = rows[0]?.version ?? 0;
    if (version < OLDEST_SERVER) {
      throw databaseError('DATABASE_UNAVAILABLE', `DATABASE_URL names a PostgreSQL ${version}; Muster needs ${OLDEST_SERVER} or newer.`, {
        hint: 'Upgrade the server, or leave DATABASE_URL out to use the embedded one.',
      });
    }
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Whatever a server says to a first connection (or leaves unsaid), the database is not at fault: nothing of it was seen. */
const unreachable = (cause: unknown): AppError =>
  databaseError('DATABASE_UNAVAILABLE', `The database does not answer: ${causeChain(cause)}.`, {
    hint: 'Check host, port, user, password and database in DATABASE_URL, and that PostgreSQL runs there.',
    cause,
  });

function explainFailure(cause: unknown): AppError {
  if (AppError.is(cause)) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  const line =
    text
      .split('\n')
      .find((candidate) => candidate.trim() !== '')
      ?.trim() ?? 'unknown reason';
  return databaseError('STATE_CORRUPT', `The database could not be migrated: ${line}`, { hint: RESET, reason: 'migration', cause });
}
