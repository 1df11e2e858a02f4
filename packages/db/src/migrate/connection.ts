import type pg from 'pg';

/** The parts of a connection URL, since Prisma's shadow database would ignore one given as a whole. */
export function connectionParts(url: string): pg.PoolConfig {
  const parsed = new URL(url);
  const ssl = parsed.searchParams.get('sslmode');
  return {
    host: decodeURIComponent(parsed.hostname),
    port: parsed.port === '' ? 5432 : Number(parsed.port),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database: decodeURIComponent(parsed.pathname.slice(1)) || 'postgres',
    ...(ssl === null || ssl === 'disable' ? {} : { ssl: { rejectUnauthorized: ssl === 'verify-full' || ssl === 'verify-ca' } }),
  };
}
