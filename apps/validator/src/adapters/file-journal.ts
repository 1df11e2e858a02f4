import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile, writeFileAtomic } from '@muster/runtime/atomic-file';
import { isFinished, roundRecordSchema, type RoundJournal } from '../ports/journal.ts';
import { roundName, type RoundKey } from '../ports/round.ts';

/** One file per round: `open/` holds those to resume after a crash, `done/` the evidence that the validator keeps. */
export function createFileJournal(directory: string): RoundJournal {
  const open = join(directory, 'open');
  const done = join(directory, 'done');
  const fileOf = (folder: string, key: RoundKey): string => join(folder, `${roundName(key)}.json`);
  const read = (path: string) => readJsonFile(path, roundRecordSchema);

  return {
    // Finished first: a crash between the two steps below leaves both, and the finished one is newer.
    read: async (key) => (await read(fileOf(done, key))) ?? (await read(fileOf(open, key))),
    async write(record) {
      const text = `${JSON.stringify(record)}\n`;
      await writeFileAtomic(fileOf(isFinished(record) ? done : open, record), text);
      if (isFinished(record)) await rm(fileOf(open, record), { force: true });
    },
    async unfinished() {
      const names = (await listFolder(open)).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
      const records = await Promise.all(names.map((name) => read(join(open, name))));
      return records.filter((record) => record !== null);
    },
  };
}

async function listFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
