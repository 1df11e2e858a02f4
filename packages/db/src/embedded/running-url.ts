import { readFile } from 'node:fs/promises';
import { pathsOf, SUPERUSER } from './cluster.ts';
import { findPostmaster } from './postmaster.ts';

/** The connection string of the embedded server that another process runs in `dataDir`, for tools that read beside it. */
export async function urlOfRunning(dataDir: string, database = 'muster'): Promise<string | undefined> {
  const { cluster, pidFile, password } = pathsOf(dataDir);
  const server = await findPostmaster(cluster, pidFile);
  if (!server?.ready) return undefined;
  const secret = (await readFile(password, 'utf8')).trim();
  return `postgresql://${SUPERUSER}:${secret}@127.0.0.1:${server.port}/${database}`;
}
