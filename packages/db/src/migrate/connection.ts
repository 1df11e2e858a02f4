import pg from 'pg';

/** The parts of a connection URL as pg reads them; Prisma's shadow database would ignore a URL given as a whole. */
export function connectionParts(url: string): pg.PoolConfig {
  const { host, port, user, password, database, ssl } = new pg.Client({ connectionString: url });
  return { host, port, user, password, database, ssl };
}
