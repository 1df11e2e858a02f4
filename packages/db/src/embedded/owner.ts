import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { databaseError } from '../database-error.ts';

/** 'MUST' and 'ER\0\0' as two int4: unlike any other lock in this server's `postgres` database. */
const OWNER_LOCK = [0x4d555354, 0x45520000] as const;

/**
 * Marks the server as ours for as long as the returned connection lives: the kernel closes it with us, however we end,
 * so the next start can tell a survivor from a server that another Muster uses.
 */
export async function takeOwnership(options: { url: string; dataDir: string; waitMs: number }): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: options.url, application_name: 'muster owner', keepAlive: true });
  // A lost connection is noticed by whoever uses the database; here it must merely not be an unhandled error.
  client.on('error', () => undefined);
  await client.connect();
  try {
    for (const end = Date.now() + options.waitMs; ; await sleep(50)) {
      const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS locked', [...OWNER_LOCK]);
      if (rows[0]?.locked === true) return client;
      if (Date.now() >= end) break;
    }
  } catch (error) {
    await client.end();
    throw error;
  }
  await client.end();
  throw databaseError('DATA_DIR_UNUSABLE', `Another Muster is running with the database in ${options.dataDir}.`, {
    hint: 'Stop it first, or give this one another data directory.',
    reason: 'busy',
  });
}
