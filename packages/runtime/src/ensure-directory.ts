import { access, constants, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { causeChain } from './cause-chain.ts';
import { SetupError } from './setup-error.ts';

/**
 * Makes the directory and its missing parents, and sees that this process may write into it. Throws SetupError DATA_DIR_UNUSABLE. Parent by
 * parent, since node's recursive mkdir never returns below a directory that refuses new entries with ENOENT, as /proc does.
 */
export async function ensureDirectory(path: string, { mode = 0o700 }: { mode?: number } = {}): Promise<void> {
  const directory = resolve(path);
  try {
    for (const missing of (await missingUpTo(directory)).toReversed()) await makeOne(missing, mode);
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new SetupError(
      'DATA_DIR_UNUSABLE',
      `${directory} cannot be used as a directory (${causeChain(cause)})`,
      'Check its owner and permissions, or set MUSTER_DATA_DIR to another one.',
      { cause },
    );
  }
}

/** The directory and those above it that are not there, innermost first. */
async function missingUpTo(directory: string): Promise<string[]> {
  const missing: string[] = [];
  for (let at = directory; ; at = dirname(at)) {
    if (await isDirectory(at)) return missing;
    missing.push(at);
    if (at === dirname(at)) return missing;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
  throw new Error(`${path} is a file`);
}

async function makeOne(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    // Another process may have made it at the same time.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
