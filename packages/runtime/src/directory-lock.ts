import { randomBytes } from 'node:crypto';
import { readdir, realpath, rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { systemClock } from './clock.ts';
import { ensureDirectory } from './ensure-directory.ts';
import { localSocket } from './local-socket.ts';
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

/** What a contender answers to whoever asks it. */
type Word = 'held' | 'wanted';

const LOCK_NAME = /^lock-[0-9a-f]{12}$/;
const ANSWER_MS = 2_000;
const PAUSE_MS = 10;
/** Whoever comes after us gives way as soon as it has looked: so long it takes nobody. */
const PATIENCE_MS = 10_000;

/**
 * Takes a directory for this process; creates it if missing. Everyone who wants it listens on a local socket in it, of a name that is never used
 * again, and then looks at the others: of two at least one sees the other, so they never both have it, and the lower name goes first. The kernel
 * lets go of a socket however its process ends; what nobody listens on any more is dead for good, and whoever sees it may remove it.
 * Throws DirectoryInUseError, or SetupError for a directory that cannot be used.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  await ensureDirectory(directory);
  const place = await realpath(directory);
  // A pipe of Windows has one listener and leaves nothing behind.
  const own = process.platform === 'win32' ? 'lock' : `lock-${randomBytes(6).toString('hex')}`;
  let word: Word = 'wanted';
  const stop = await announce(place, own, () => word);
  if (stop === null) throw new DirectoryInUseError(directory);
  try {
    if (process.platform !== 'win32') await prevail(place, own);
  } catch (error) {
    await stop();
    throw error instanceof OthersFirst ? new DirectoryInUseError(directory) : error;
  }
  word = 'held';
  return { release: stop };
}

class OthersFirst extends Error {}

/** Resolves when there is nobody else; throws OthersFirst when another has the directory, or goes first. */
async function prevail(place: string, own: string): Promise<void> {
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await systemClock.sleep(PAUSE_MS)) {
    if (await isAlone(place, own)) return;
  }
  throw new OthersFirst();
}

async function isAlone(place: string, own: string): Promise<boolean> {
  let alone = true;
  for (const name of await readdir(place)) {
    if (!LOCK_NAME.test(name) || name === own) continue;
    const word = await ask(place, name);
    if (word === 'dead') await rm(join(place, name), { force: true });
    else if (word === 'held' || (word === 'wanted' && name < own)) throw new OthersFirst();
    else alone = false;
  }
  return alone;
}

/** What ends it, or null when the name is taken. Nobody sees the name before somebody listens there. */
async function announce(place: string, own: string, word: () => Word): Promise<DirectoryLock['release'] | null> {
  const isFile = process.platform !== 'win32';
  const { path, release } = await localSocket(place, isFile ? `.${own}` : own);
  const server = await listen(path, word).catch(async (cause: Error) => {
    await release();
    throw cannotLock(place, cause);
  });
  if (server === null) return null;
  if (isFile) await rename(join(place, `.${own}`), join(place, own));
  return async () => {
    if (isFile) await rm(join(place, own), { force: true });
    await new Promise<void>((resolve) => server.close(() => resolve()));
    await release();
  };
}

/** Null when the path is taken. */
function listen(path: string, word: () => Word): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    // Whoever asked may be gone by the time it is answered.
    const server = createServer((socket) => void socket.on('error', () => socket.destroy()).end(word()));
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(null) : reject(error)));
    server.listen(path, () => resolve(server.unref()));
  });
}

const cannotLock = (place: string, cause: Error): SetupError =>
  new SetupError('DATA_DIR_UNUSABLE', `No lock can be made in ${place} (${cause.message})`, 'Use a local disk: set MUSTER_DATA_DIR.', {
    cause,
  });

/** One that is there and does not answer holds it, for all that we know; one that ends while it is asked is asked again. */
async function ask(place: string, name: string): Promise<Word | 'dead' | 'unclear'> {
  const { path, release } = await localSocket(place, name);
  try {
    return await new Promise((resolve) => {
      let said = '';
      const socket = connect(path);
      socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error('no answer')));
      socket.setEncoding('utf8').on('data', (part: string) => (said += part));
      socket.on('end', () => resolve(said === 'held' || said === 'wanted' ? said : 'unclear'));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(MEANING[error.code ?? ''] ?? 'held'));
    });
  } finally {
    await release();
  }
}

const MEANING: Partial<Record<string, 'dead' | 'unclear'>> = {
  ECONNREFUSED: 'dead',
  ENOENT: 'unclear',
  ECONNRESET: 'unclear',
  EPIPE: 'unclear',
};
