import type { Database } from '../client.ts';
import { rows } from '../sql/query.ts';

/** Every row of every table as text: for tests of what must not be in a database. */
export async function dumpDatabase(db: Database): Promise<string> {
  const tables = await rows<{ name: string }>(
    db.pool,
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`,
  );
  const texts: string[] = [];
  for (const { name } of tables) {
    const found = await rows<{ text: string }>(db.pool, `SELECT to_json(t)::text AS text FROM "${name}" t`);
    texts.push(`-- ${name}`, ...found.map(({ text }) => text));
  }
  return texts.join('\n');
}
