import { randomBytes } from 'node:crypto';
import { link, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory, writeTempBeside } from './atomic-file.ts';
import { SetupError } from './setup-error.ts';

export type PrivateKey = `0x${string}`;

export class KeyError extends SetupError {
  override readonly name = 'KeyError';
}

export interface KeySource {
  /** What the key is for, e.g. "node key": used in error messages. The key itself never is. */
  name: string;
  /** The key itself, 0x and 64 hex digits; wins over `file`. */
  value?: string;
  file?: string;
  createIfMissing?: boolean;
}

const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** Reads a secp256k1 key from a value or a file of mode 0600, or makes one. Throws KeyError; never prints the key. */
export async function loadKey(source: KeySource): Promise<{ privateKey: PrivateKey; created: boolean }> {
  const { name, value, file, createIfMissing = false } = source;
  if (value) return { privateKey: parseKey(value, name), created: false };
  if (!file) throw new KeyError('KEY_INVALID', `No ${name} was given`, 'Give the key, or the path of a file that holds it.');
  const existing = await readKeyFile(file, name);
  if (existing) return { privateKey: existing, created: false };
  if (!createIfMissing)
    throw new KeyError(
      'KEY_INVALID',
      `There is no ${name} at ${file}`,
      'Name the file that holds it, or put the key there: 0x and 64 hexadecimal digits, mode 0600.',
    );
  const created = await createKeyFile(file);
  // Another process may have won the race: then its key is the key.
  const privateKey = await readKeyFile(file, name);
  if (!privateKey)
    throw new KeyError('KEY_INVALID', `The ${name} at ${file} vanished while it was read`, 'Something else removes this file.');
  return { privateKey, created };
}

async function readKeyFile(file: string, name: string): Promise<PrivateKey | null> {
  try {
    const { mode } = await stat(file);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new KeyError('KEY_FILE_INSECURE', `The ${name} at ${file} can be read by others`, `Run: chmod 600 ${file}`);
    }
    return parseKey(await readFile(file, 'utf8'), name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Linking a finished file into place is atomic and refuses to overwrite: no crash leaves half a key, no race loses one. */
async function createKeyFile(file: string): Promise<boolean> {
  const temp = await writeTempBeside(file, `${generateKey()}\n`, 0o600);
  try {
    await link(temp, file);
    await syncDirectory(dirname(file));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temp, { force: true });
  }
}

function generateKey(): PrivateKey {
  for (;;) {
    const key: PrivateKey = `0x${randomBytes(32).toString('hex')}`;
    if (isInRange(key)) return key;
  }
}

function parseKey(text: string, name: string): PrivateKey {
  const match = /^(?:0x)?([0-9a-fA-F]{64})$/.exec(text.trim());
  const key: PrivateKey = `0x${match?.[1]?.toLowerCase() ?? ''}`;
  if (!match || !isInRange(key)) {
    throw new KeyError('KEY_INVALID', `The ${name} is not a private key`, 'Expected 0x and 64 hexadecimal digits.');
  }
  return key;
}

function isInRange(key: PrivateKey): boolean {
  const scalar = BigInt(key);
  return scalar > 0n && scalar < SECP256K1_ORDER;
}
