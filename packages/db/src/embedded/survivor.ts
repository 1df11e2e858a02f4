import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Logger } from '@muster/runtime/logger';
import type pg from 'pg';
import { pathsOf } from './cluster.ts';
import { takeOwnership } from './owner.ts';
import { findPostmaster, stopPostmaster, type Postmaster } from './postmaster.ts';

export interface Survivor extends Postmaster {
  owner: pg.Client;
}

/**
 * A server that outlived its Muster (kill -9): adopted when it answers on a port that suits, stopped otherwise.
 * Throws DATA_DIR_UNUSABLE when a living Muster uses it.
 */
export async function findSurvivor(options: {
  dataDir: string;
  port: number;
  urlOf: (port: number, database: string) => string;
  logger: Logger;
}): Promise<Survivor | undefined> {
  const { dataDir, port, urlOf, logger } = options;
  const found = await settled(dataDir);
  if (!found) return undefined;
  if (found.ready) {
    try {
      const owner = await takeOwnership({ url: urlOf(found.port, 'postgres'), dataDir, waitMs: 2_000 });
      if (port === 0 || port === found.port) return { ...found, owner };
      await owner.end();
    } catch (error) {
      if (AppError.is(error)) throw error;
      logger.warn(
        { event: 'database.survivor-unusable', err: error, pid: found.pid },
        'the PostgreSQL that was left running does not answer',
      );
    }
  }
  logger.info({ event: 'database.survivor-stopped', pid: found.pid }, 'stopping the PostgreSQL that an earlier process left running');
  await stopPostmaster(found.pid);
  return undefined;
}

/** Waits while the server is starting or stopping: neither can be adopted, and both end by themselves. */
async function settled(dataDir: string): Promise<Postmaster | undefined> {
  const { cluster, pidFile } = pathsOf(dataDir);
  let found = await findPostmaster(cluster, pidFile);
  for (const end = Date.now() + 15_000; found && !found.ready && Date.now() < end;) {
    await sleep(50);
    found = await findPostmaster(cluster, pidFile);
  }
  return found;
}
