import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { databaseError } from '../database-error.ts';
import type { Binaries } from './binaries.ts';
import { explainServerOutput } from './explain-output.ts';
import { isAlive } from './postmaster.ts';
import { ownFolder, takeOver, type RunAs } from './run-as.ts';
import { collect } from './run.ts';

export const SUPERUSER = 'muster';

/** What lies in a data directory: the cluster itself, and beside it the server's log. */
export function pathsOf(dataDir: string) {
  const cluster = join(dataDir, 'cluster');
  return {
    cluster,
    log: join(dataDir, 'postgres.log'),
    password: join(cluster, 'muster.password'),
    pidFile: join(cluster, 'postmaster.pid'),
  };
}

/** Creates the cluster unless there is one; refuses one of another major version. Returns the superuser's password. */
export async function ensureCluster(options: { dataDir: string; binaries: Binaries; runAs: RunAs }): Promise<string> {
  const { dataDir, binaries, runAs } = options;
  const { cluster, password } = pathsOf(dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await ownFolder(dataDir, runAs);
  const version = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(missing);
  if (version === undefined) {
    await createCluster(options);
  } else if (Number.parseInt(version, 10) !== binaries.major) {
    throw databaseError(
      'DATA_DIR_UNUSABLE',
      `${cluster} belongs to PostgreSQL ${version.trim()}, but this version of Muster runs PostgreSQL ${binaries.major}.`,
      {
        hint: `Dump it with PostgreSQL ${version.trim()} and load it into a new one, use another data directory, or for a development database run \`npm run reset\`.`,
        reason: 'version',
      },
    );
  } else {
    await takeOver(cluster, runAs);
  }
  const secret = await readFile(password, 'utf8').catch(missing);
  if (secret === undefined) {
    throw databaseError('STATE_CORRUPT', `${cluster} is a PostgreSQL cluster that Muster did not make: ${password} is missing.`, {
      hint: 'Restore that file from your backup, or use another data directory.',
    });
  }
  return secret.trim();
}

/** initdb writes beside the final place and is renamed when complete, so that no kill leaves half a cluster. */
async function createCluster(options: { dataDir: string; binaries: Binaries; runAs: RunAs }): Promise<void> {
  const { dataDir, binaries, runAs } = options;
  const { cluster } = pathsOf(dataDir);
  await sweepUnfinished(dataDir);
  const temp = join(dataDir, `cluster.init-${process.pid}-${randomBytes(4).toString('hex')}`);
  const secretFile = `${temp}.password`;
  const secret = randomBytes(24).toString('base64url');
  try {
    await mkdir(temp);
    await ownFolder(temp, runAs);
    await writeFile(secretFile, secret, { mode: 0o600 });
    if (runAs.uid !== undefined) await takeOver(secretFile, runAs);
    const args = ['-D', temp, '-U', SUPERUSER, `--pwfile=${secretFile}`, '--auth=scram-sha-256', '--encoding=UTF8', '--no-instructions'];
    // The built-in locale is the same on every machine; a system's own may be missing or change under the indexes.
    args.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C');
    await collect('initdb', runAs.spawn(binaries.initdb, args, { cwd: temp, stdio: ['ignore', 'pipe', 'pipe'] }));
    await rename(secretFile, join(temp, 'muster.password'));
    await rename(temp, cluster).catch(async (error: NodeJS.ErrnoException) => {
      // Another process was faster; its cluster serves as well.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } catch (cause) {
    throw explainServerOutput(cause instanceof Error ? cause.message : String(cause), { dataDir, cause });
  } finally {
    await rm(temp, { recursive: true, force: true });
    await unlink(secretFile).catch(() => undefined);
  }
}

async function sweepUnfinished(dataDir: string): Promise<void> {
  const left = (await readdir(dataDir)).filter((name) => {
    const pid = /^cluster\.init-(\d+)-/.exec(name)?.[1];
    return pid !== undefined && !isAlive(Number(pid));
  });
  await Promise.all(left.map((name) => rm(join(dataDir, name), { recursive: true, force: true })));
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
