import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '../testing/test-database.ts';
import { applyMigrations } from './apply-migrations.ts';
import { diffMigrations } from './diff-migrations.ts';

describe('migrations', () => {
  let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
  beforeAll(async () => {
    database = await createEmptyDatabase();
  });
  afterAll(() => database.drop());

  it('lead to schema.prisma with nothing left to do', async () => {
    expect(await diffMigrations(database)).toBe('');
  });

  it('are applied once, also by two processes at the same time', async () => {
    const applied = await Promise.all([applyMigrations(database), applyMigrations(database)]);
    expect(applied.flat().filter((name) => name.endsWith('_init'))).toHaveLength(1);
    expect(await applyMigrations(database)).toEqual([]);
  });
});
