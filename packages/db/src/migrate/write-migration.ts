import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger } from '@muster/runtime/logger';
import { createTempDir } from '@muster/runtime/temp-dir';
import { startEmbeddedPostgres } from '../embedded/start-postgres.ts';
import { diffMigrations } from './diff-migrations.ts';
import { migrationsDir } from './migration-list.ts';

const LOCKFILE = '# Written by packages/db/src/migrate/write-migration.ts, in the form that Prisma reads.\nprovider = "postgresql"\n';

/** `pnpm --filter @muster/db migration <name>`: writes the step from the migrations folder to schema.prisma, for review. */
const name = process.argv[2];
if (name === undefined || !/^[a-z0-9_]+$/.test(name)) {
  console.error('usage: write-migration.ts <name_in_snake_case>');
  process.exit(2);
}
await mkdir(migrationsDir(), { recursive: true });
await writeFile(join(migrationsDir(), 'migration_lock.toml'), LOCKFILE);
const temp = await createTempDir('muster-migration');
const server = await startEmbeddedPostgres({ dataDir: temp.path, logger: createLogger({ name: 'migration', level: 'warn' }) });
try {
  const script = await diffMigrations({ url: server.url });
  if (script === '') {
    console.log('schema.prisma and the migrations agree: nothing to write');
  } else {
    const folder = join(migrationsDir(), `${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}_${name}`);
    await mkdir(folder);
    await writeFile(join(folder, 'migration.sql'), `${script}\n`);
    console.log(`${folder}/migration.sql`);
  }
} finally {
  await server.stop();
  await temp.remove();
}
