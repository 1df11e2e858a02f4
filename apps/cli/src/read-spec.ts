import { readFile } from 'node:fs/promises';
import type { Io } from './io.ts';
import { UsageError } from './usage-error.ts';

/** The text of a task spec: from a file, or from standard input for `-`. It is checked by the server, against the one schema. */
export async function readSpec(path: string, io: Io): Promise<string> {
  if (path === '-') return io.readStdin();
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new UsageError(
      missing ? `There is no file ${path}.` : `The file ${path} cannot be read.`,
      'Give a YAML or JSON file, or - for standard input.',
    );
  }
}
