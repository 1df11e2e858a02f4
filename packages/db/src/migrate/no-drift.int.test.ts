import { createServer } from 'node:net';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '../testing/test-database.ts';
import { applyMigrations } from './apply-migrations.ts';
import { diffMigrations } from './diff-migrations.ts';

describe('migrations', () => {
  let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
  beforeEach(async () => {
    database = await createEmptyDatabase();
  });
  afterEach(() => database.drop());

  async function ask<Row extends object>(text: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  }

  it('lead to schema.prisma with nothing left to do', async () => {
    expect(await diffMigrations(database)).toBe('');
  });

  it('are applied once, also by two processes at the same time', async () => {
    const applied = await Promise.all([applyMigrations(database), applyMigrations(database)]);
    expect(applied.flat().filter((name) => name.endsWith('_init'))).toHaveLength(1);
    expect(await applyMigrations(database)).toEqual([]);
  });

  it('leave no connection behind', async () => {
    await applyMigrations(database);
    // The server notices an ended connection when it comes to it; its own workers come and go.
    const others = () =>
      ask<{ application_name: string }>(
        `SELECT application_name FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
      );
    await expect.poll(others).toEqual([]);
  });

  it('refuse a database that was made by another form of them', async () => {
    await applyMigrations(database);
    await ask(`UPDATE _prisma_migrations SET checksum = 'other' WHERE migration_name LIKE '%_init'`);
    await expect(applyMigrations(database)).rejects.toMatchObject({
      code: 'STATE_CORRUPT',
      publicMessage: expect.stringContaining('another form'),
    });
  });

  it('refuse a database that a newer version has used', async () => {
    await applyMigrations(database);
    await ask(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', '99990101000000_from_the_future', now())`,
    );
    await expect(applyMigrations(database)).rejects.toMatchObject({
      code: 'STATE_CORRUPT',
      publicMessage: expect.stringContaining('99990101000000_from_the_future'),
    });
  });

  it('say that there is no database, or no right to it', async () => {
    const { port, password } = new URL(database.url);
    await expect(applyMigrations({ url: 'postgresql://muster:x@127.0.0.1:1/muster' })).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
    });
    await expect(applyMigrations({ url: `postgresql://muster:${password}@127.0.0.1:${port}/missing` })).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      publicMessage: expect.stringContaining('database "missing" does not exist'),
    });
  });

  it('blame no database that they have not seen, when something else answers at its address', async () => {
    const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    try {
      await expect(applyMigrations({ url: `postgresql://muster:x@127.0.0.1:${port}/muster` })).rejects.toMatchObject({
        code: 'DATABASE_UNAVAILABLE',
        hint: expect.stringContaining('DATABASE_URL'),
      });
    } finally {
      other.close();
    }
  });
});
