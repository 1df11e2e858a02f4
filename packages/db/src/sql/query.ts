import type pg from 'pg';

export type Queryable = Pick<pg.Pool, 'query'>;

/** The rows of one statement. `Row` states what its columns are; the int tests hold it to that. */
export async function rows<Row extends object>(on: Queryable, text: string, values: readonly unknown[] = []): Promise<Row[]> {
  const result = await on.query<Row>(text, [...values]);
  return result.rows;
}

export async function firstRow<Row extends object>(on: Queryable, text: string, values: readonly unknown[] = []): Promise<Row | null> {
  return (await rows<Row>(on, text, values))[0] ?? null;
}

/** How many rows the statement changed. */
export async function execute(on: Queryable, text: string, values: readonly unknown[] = []): Promise<number> {
  return (await on.query(text, [...values])).rowCount ?? 0;
}

/** Runs `use` in one transaction on one connection; rolled back when it throws. */
export async function inTransaction<T>(pool: pg.Pool, use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await use(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((reason: unknown) => (broken = reason instanceof Error ? reason : new Error(String(reason))));
    throw error;
  } finally {
    client.release(broken);
  }
}

/** A row of Prisma's as the repositories hand it out: bigint becomes number. */
export function toRow<Row extends object>(record: object): Row {
  const entries = Object.entries(record).map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value]);
  return Object.fromEntries(entries) as Row;
}

export const toRowOrNull = <Row extends object>(record: object | null): Row | null => (record === null ? null : toRow<Row>(record));
