import type { Logger } from '@muster/runtime/logger';
import pg from 'pg';

const INT8_OID = 20;

/** Counters and counts come as int8 and are numbers everywhere in Muster; one beyond 2^53 would be a broken row. */
function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 out of the safe range: ${text}`);
  return value;
}

const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8_OID && format !== 'binary' ? parseInt8 : pg.types.getTypeParser(oid, format ?? 'text'),
};

/** A pool that survives lost connections: an idle one that breaks is logged and replaced. */
export function createPool(options: { url: string; name: string; max: number; queryTimeoutMs: number; logger: Logger }): pg.Pool {
  const { url, name, max, queryTimeoutMs, logger } = options;
  const pool = new pg.Pool({
    connectionString: url,
    application_name: `muster ${name}`,
    max,
    types,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    // A partition closes no socket: without a limit of our own a query would wait for its answer for ever.
    query_timeout: queryTimeoutMs,
    statement_timeout: queryTimeoutMs,
  });
  pool.on('error', (err) => logger.warn({ event: 'database.connection-lost', pool: name, err }, 'a database connection broke'));
  return pool;
}
