import { opendir } from 'node:fs/promises';
import { join } from 'node:path';

/** What cannot be looked into: gone meanwhile, not ours to read, or on another machine. */
const PASSED_OVER: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP']);

/**
 * Files and directories below a path, links not followed; one more than `most` stands for too many. So deep that no path leads there is too many as
 * well: it is no place where anybody would keep things by accident.
 */
export async function countFiles(path: string, { most }: { most: number }): Promise<number> {
  const open = [path];
  let count = 0;
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    try {
      for await (const entry of await opendir(directory, { bufferSize: 512 })) {
        count += 1;
        if (count > most) return count;
        if (entry.isDirectory()) open.push(join(directory, entry.name));
      }
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
      if (code === 'ENAMETOOLONG') return most + 1;
      if (!PASSED_OVER.has(code)) throw error;
    }
  }
  return count;
}
