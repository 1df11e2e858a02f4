import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ZodType } from 'zod';
import { ensureDirectory } from './ensure-directory.ts';
import { SetupError } from './setup-error.ts';

/** Makes a rename inside `directory` survive a power cut. */
export async function syncDirectory(directory: string): Promise<void> {
  // Windows cannot open a directory for fsync; its rename is durable enough.
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes `data` beside `path` and flushes it: the first half of an atomic write. Returns the temporary file's path. */
export async function writeTempBeside(path: string, data: string | Uint8Array, mode: number): Promise<string> {
  const directory = dirname(path);
  await ensureDirectory(directory, { mode: 0o755 });
  const temp = join(directory, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(temp, 'wx', mode);
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    await rm(temp, { force: true });
    throw error;
  }
  return temp;
}

/**
 * Replaces `path` as a whole: a reader, or a crash at any point, sees the old content or the new one, never a half.
 * Creates missing parent directories. `mode` defaults to 0600.
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array, options: { mode?: number } = {}): Promise<void> {
  const temp = await writeTempBeside(path, data, options.mode ?? 0o600);
  try {
    await rename(temp, path);
  } catch (error) {
    await rm(temp, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

export class JsonFileError extends SetupError {
  override readonly name = 'JsonFileError';
  constructor(
    readonly path: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(
      'STATE_CORRUPT',
      `${path} ${problem}`,
      'Move it aside and start again: what can be is rebuilt from the chain and the master.',
      options,
    );
  }
}

/** The parsed file, or null when there is none. Throws JsonFileError when its content is not what `schema` describes. */
export async function readJsonFile<T>(path: string, schema: ZodType<T>): Promise<T | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new JsonFileError(path, 'is not valid JSON', { cause: error });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new JsonFileError(path, `has an unexpected content at ${issue?.path.join('.') || 'its root'}: ${issue?.message}`, {
      cause: parsed.error,
    });
  }
  return parsed.data;
}
