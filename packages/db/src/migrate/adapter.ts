import { randomUUID } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { connectionParts } from './connection.ts';

const CHAR_OID = 18;
const VARCHAR_OID = 1043;

/** A driver adapter that Prisma's schema engine can migrate with, and `dispose` for all that it opened. */
export function createMigrationAdapter(url: string) {
  const opened = new Set<SqlDriverAdapter>();
  const config = connectionParts(url);

  async function open(pool: pg.Pool, release: () => Promise<void>): Promise<SqlDriverAdapter> {
    const charColumns = noteCharColumns(pool);
    const inner = await new PrismaPg(pool).connect();
    const adapter: SqlDriverAdapter = {
      provider: inner.provider,
      adapterName: inner.adapterName,
      executeRaw: (query) => inner.executeRaw(query),
      startTransaction: (level) => inner.startTransaction(level),
      getConnectionInfo: () => inner.getConnectionInfo(),
      queryRaw: async (query) => {
        const result = await inner.queryRaw(query);
        for (const column of charColumns.get(result.rows) ?? []) result.columnTypes[column] = ColumnTypeEnum.Character;
        return result;
      },
      // The stock one splits at every semicolon, also inside a function's body; sent whole, a script is one transaction.
      executeScript: async (script) => {
        await pool.query(script);
      },
      // The engine's free() forgets its adapters, and with the pool its advisory lock would stay.
      dispose: async () => {
        if (!opened.delete(adapter)) return;
        await inner.dispose();
        await release();
      },
    };
    opened.add(adapter);
    return adapter;
  }

  const factory: SqlMigrationAwareDriverAdapterFactory = {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: () => {
      const pool = new pg.Pool(config);
      return open(pool, () => pool.end());
    },
    connectToShadowDb: async () => {
      const admin = new pg.Pool({ ...config, max: 1 });
      const database = `muster_shadow_${randomUUID()}`;
      await admin.query(`CREATE DATABASE "${database}"`);
      const pool = new pg.Pool({ ...config, database });
      return open(pool, async () => {
        await pool.end();
        await admin.query(`DROP DATABASE "${database}"`);
        await admin.end();
      });
    },
  };

  return {
    factory: bindMigrationAwareSqlAdapterFactory(factory),
    dispose: async () => {
      for (const adapter of opened) await adapter.dispose();
    },
  };
}

/**
 * PostgreSQL's catalogs use the one-byte "char" type, which the adapter refuses. Shows it to the adapter as text, and
 * remembers by result which columns the engine has to be told are characters.
 */
function noteCharColumns(pool: pg.Pool): WeakMap<unknown[][], number[]> {
  const seen = new WeakMap<unknown[][], number[]>();
  const query = pool.query.bind(pool);
  Object.assign(pool, {
    query: async (config: pg.QueryArrayConfig | string) => {
      if (typeof config === 'string') return query(config);
      const result = await query(config);
      const columns = result.fields.flatMap((field, index) => (field.dataTypeID === CHAR_OID ? [index] : []));
      for (const column of columns) {
        const field = result.fields[column];
        if (field) field.dataTypeID = VARCHAR_OID;
      }
      if (columns.length > 0) seen.set(result.rows, columns);
      return result;
    },
  });
  return seen;
}
