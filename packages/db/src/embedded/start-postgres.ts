import { resolve } from 'node:path';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Logger } from '@muster/runtime/logger';
import type pg from 'pg';
import { databaseError, translateDatabaseError } from '../database-error.ts';
import { findBinaries } from './binaries.ts';
import { ensureCluster, pathsOf, SUPERUSER } from './cluster.ts';
import { takeOwnership } from './owner.ts';
import { isAlive, stopPostmaster } from './postmaster.ts';
import { chooseRunAs } from './run-as.ts';
import { launchServer } from './launch-server.ts';
import { findSurvivor } from './survivor.ts';

export interface EmbeddedPostgres {
  /** For DATABASE_URL; holds the password. */
  url: string;
  port: number;
  pid: number;
  /** Whether a server that had outlived its process was taken over. */
  adopted: boolean;
  /** Close every pool first. Returns when the server has gone. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Made if missing; belongs to one server at a time. */
  dataDir: string;
  /** 0 or absent: a free one. */
  port?: number;
  /** Ends a start that is under way; a started server is ended by stop(), after its users. */
  signal?: AbortSignal;
  logger: Logger;
  /** PostgreSQL settings over ours, by name. */
  settings?: Record<string, string>;
  /** Called once when the server ends by itself. */
  onExit?: (error: AppError) => void;
}

const DATABASE = 'muster';

/**
 * Starts a real PostgreSQL in `dataDir`, or adopts the one that a killed process left running there. Throws
 * AppError: disk full, directory of another version, directory in use by another Muster, platform not served.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { port = 0, signal, logger } = options;
  const dataDir = resolve(options.dataDir);
  signal?.throwIfAborted();
  const binaries = await findBinaries();
  const runAs = await chooseRunAs(binaries.postgres);
  const password = await ensureCluster({ dataDir, binaries, runAs });
  const urlOf = (serverPort: number, database: string) => `postgresql://${SUPERUSER}:${password}@127.0.0.1:${serverPort}/${database}`;

  const survivor = await findSurvivor({ dataDir, port, urlOf, logger });
  const server =
    survivor ??
    (await launchServer({
      dataDir,
      port,
      binaries,
      runAs,
      ...(signal ? { signal } : {}),
      ...(options.settings ? { settings: options.settings } : {}),
    }));
  const { pid } = server;
  try {
    // A backend notices the end of its process within milliseconds; a live owner keeps the lock.
    const owner = survivor?.owner ?? (await takeOwnership({ url: urlOf(server.port, 'postgres'), dataDir, waitMs: 2_000 }));
    await ensureDatabase(owner);
    let stopping = false;
    owner.once('end', () => {
      if (stopping) return;
      const { log } = pathsOf(dataDir);
      options.onExit?.(
        databaseError(
          'DATABASE_UNAVAILABLE',
          isAlive(pid) ? 'The embedded PostgreSQL closed its connections.' : 'The embedded PostgreSQL ended by itself.',
          { hint: `Its log is ${log}.` },
        ),
      );
    });
    signal?.throwIfAborted();
    logger.info(
      { event: 'database.started', port: server.port, serverPid: pid, adopted: survivor !== undefined, dataDir },
      'embedded PostgreSQL',
    );
    return {
      url: urlOf(server.port, DATABASE),
      port: server.port,
      pid,
      adopted: survivor !== undefined,
      stop: async () => {
        if (stopping) return;
        stopping = true;
        await owner.end().catch(() => undefined);
        await stopPostmaster(pid);
      },
    };
  } catch (error) {
    if (!AppError.is(error, 'DATA_DIR_UNUSABLE')) await stopPostmaster(pid);
    throw translateDatabaseError(error) ?? error;
  }
}

async function ensureDatabase(owner: pg.Client): Promise<void> {
  const { rowCount } = await owner.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
  if (rowCount === 0) await owner.query(`CREATE DATABASE ${DATABASE}`);
}
