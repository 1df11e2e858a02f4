import { createHash } from 'node:crypto';
import { realpath, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDirectory } from './ensure-directory.ts';
import { SetupError } from './setup-error.ts';

export class DirectoryInUseError extends SetupError {
  override readonly name = 'DirectoryInUseError';
  constructor(readonly directory: string) {
    super('DATA_DIR_UNUSABLE', `Another process uses ${directory}`, 'Stop it, or set MUSTER_DATA_DIR to another one.');
  }
}

export interface DirectoryLock {
  release(): Promise<void>;
}

/**
 * Takes a directory for this process; creates it if missing. The lock is a listening local socket: the kernel lets go of it however the process
 * ends, and no process id that was given out again is taken for its holder. Throws DirectoryInUseError, or SetupError for a directory that cannot be used.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  await ensureDirectory(directory);
  const path = socketPath(await realpath(directory));
  for (let attempt = 0; attempt < 2; attempt++) {
    const server = await listen(path);
    if (server) return { release: () => new Promise((resolve) => server.close(() => resolve())) };
    if (await answers(path)) break;
    // Its holder was killed before it could remove it.
    await rm(path, { force: true });
  }
  throw new DirectoryInUseError(directory);
}

/** The kernel takes about a hundred bytes; Windows wants a name of its own kind. */
function socketPath(directory: string): string {
  const name = `muster-${createHash('sha256').update(directory).digest('hex').slice(0, 24)}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`;
  const inside = join(directory, 'lock.sock');
  return Buffer.byteLength(inside) <= 100 ? inside : join(tmpdir(), `${name}.sock`);
}

/** Null when the path is taken. */
function listen(path: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(null) : reject(cannotLock(path, error))));
    server.listen(path, () => resolve(server.unref()));
  });
}

const cannotLock = (path: string, cause: Error): SetupError =>
  new SetupError('DATA_DIR_UNUSABLE', `No lock can be made at ${path} (${cause.message})`, 'Use a local disk: set MUSTER_DATA_DIR.', {
    cause,
  });

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
