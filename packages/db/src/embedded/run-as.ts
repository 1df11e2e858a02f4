import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { chmod, chown, stat } from 'node:fs/promises';
import { databaseError } from '../database-error.ts';
import { run } from './run.ts';

/** How to start PostgreSQL's programs, which refuse to run as root. */
export interface RunAs {
  /** Who must own the data directory; undefined: whoever we are. */
  uid: number | undefined;
  spawn(file: string, args: string[], options: SpawnOptions): ChildProcess;
}

const NOBODY = 65_534;
const IN_NAMESPACE = ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, '--'];

/** `probe` is a program to try with `--version`: what cannot start here is found out before anything is written. */
export async function chooseRunAs(probe: string): Promise<RunAs> {
  if (process.getuid?.() !== 0) return { uid: undefined, spawn };
  // A user namespace in which root is nobody: no account is made, and the files stay root's.
  if (await succeeds('unshare', [...IN_NAMESPACE, probe, '--version'])) {
    return { uid: 0, spawn: (file, args, options) => spawn('unshare', [...IN_NAMESPACE, file, ...args], options) };
  }
  // Where namespaces are forbidden (many containers): really as nobody, who must be able to enter every folder above.
  if (await succeeds(probe, ['--version'], { uid: NOBODY, gid: NOBODY })) {
    return { uid: NOBODY, spawn: (file, args, options) => spawn(file, args, { ...options, uid: NOBODY, gid: NOBODY }) };
  }
  throw databaseError(
    'TOOL_MISSING',
    'The embedded PostgreSQL cannot run as root here: user namespaces are off, and other users cannot enter this folder.',
    {
      hint: 'Run Muster as an ordinary user, or from a folder that every user may enter (such as /opt/muster), or set DATABASE_URL.',
    },
  );
}

/** Gives the data directory to the user that the server runs as; needed only when that changed between two starts. */
export async function takeOver(directory: string, runAs: RunAs): Promise<void> {
  if (runAs.uid === undefined) return;
  if ((await stat(directory)).uid !== runAs.uid) await run('chown', ['-R', `${runAs.uid}:${runAs.uid}`, directory]);
}

/** Prepares an empty folder that only the server's user may enter. */
export async function ownFolder(directory: string, runAs: RunAs): Promise<void> {
  if (runAs.uid !== undefined) await chown(directory, runAs.uid, runAs.uid);
  await chmod(directory, 0o700);
}

async function succeeds(file: string, args: string[], options: SpawnOptions = {}): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { ...options, stdio: 'ignore' });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
}
