import { createHash } from 'node:crypto';
import { open, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { SetupError } from './setup-error.ts';

/** The way to a socket in a directory of ours: for who listens there and for who calls. */
export interface LocalSocket {
  path: string;
  /** Once nobody listens there or calls any more. */
  release(): Promise<void>;
}

/** The kernel takes about a hundred bytes for the path of a socket. */
const MAX_PATH_BYTES = 100;

/**
 * A socket lies in its directory, however long its name is, and nowhere else: whoever may write to a directory for all, such as /tmp, could be
 * there first. Linux finds it by the open directory; Windows has names of another kind. Throws ENOENT without the directory, and SetupError
 * where the path is too long.
 */
export async function localSocket(directory: string, name: string): Promise<LocalSocket> {
  const release = async () => undefined;
  if (process.platform === 'win32') {
    const digest = createHash('sha256').update(join(await realpath(directory), name));
    return { path: `\\\\.\\pipe\\muster-${digest.digest('hex').slice(0, 24)}`, release };
  }
  const path = join(directory, name);
  if (Buffer.byteLength(path) <= MAX_PATH_BYTES) return { path, release };
  if (process.platform !== 'linux')
    throw new SetupError('DATA_DIR_UNUSABLE', `${directory} is too long a path for a socket`, 'Set MUSTER_DATA_DIR to a shorter one.');
  const handle = await open(directory);
  return { path: `/proc/self/fd/${handle.fd}/${name}`, release: () => handle.close() };
}
