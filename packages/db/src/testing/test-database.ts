import { randomUUID } from 'node:crypto';
import { createLogger } from '@muster/runtime/logger';
import { inject } from 'vitest';
import { createDatabase, type Database } from '../client.ts';
import { onServer, TEMPLATE, urlOfDatabase } from './template.ts';
// For the type of what global-setup provides.
import type * as _provided from './global-setup.ts';

export interface TestDatabase {
  db: Database;
  url: string;
  /** Closes `db` and drops the database. */
  remove(): Promise<void>;
}

/** An empty migrated database of its own on the shared server: one per test file, in beforeAll. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { url, drop } = await createEmptyDatabase(TEMPLATE);
  const db = createDatabase({ url, logger: createLogger({ name: 'test-db', level: 'error' }) });
  return {
    db,
    url,
    remove: async () => {
      await db.close();
      await drop();
    },
  };
}

/** A database as `template` has it; without one, with nothing in it at all. */
export async function createEmptyDatabase(template = 'template1'): Promise<{ url: string; drop(): Promise<void> }> {
  const server = inject('postgresUrl');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await onServer(server, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  return { url: urlOfDatabase(server, name), drop: () => onServer(server, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`)) };
}
