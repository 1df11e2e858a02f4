import { noFilter, readMigrationList } from './migration-list.ts';
import { readSchema, withSchemaEngine } from './schema-engine.ts';

const EMPTY = '-- This is an empty migration.';

/** The SQL that leads from the migrations folder to schema.prisma; '' when they agree. Needs the right to create databases. */
export async function diffMigrations({ url }: { url: string }): Promise<string> {
  const [path, content] = await readSchema();
  const migrations = await readMigrationList();
  const { stdout } = await withSchemaEngine(url, (engine) =>
    engine.diff({
      from: { tag: 'migrations', ...migrations },
      to: { tag: 'schemaDatamodel', files: [{ path, content }] },
      script: true,
      exitCode: null,
      filters: noFilter,
    }),
  );
  const script = (stdout ?? '').trim();
  return script === EMPTY ? '' : script;
}
