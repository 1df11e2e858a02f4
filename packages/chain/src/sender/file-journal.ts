import { readJsonFile, writeFileAtomic } from '@muster/runtime/atomic-file';
import { z } from 'zod';
import { journalEntrySchema, type JournalEntry, type SenderJournal } from './journal.ts';

const fileSchema = z.object({ version: z.literal(1), entries: z.array(journalEntrySchema) });

/** Settled entries to keep: enough for every intention that a restart could repeat. */
const KEPT_SETTLED = 500;

/** A journal in one JSON file, replaced as a whole. One process at a time may use it. Throws JsonFileError when damaged. */
export function createFileJournal(path: string, { keptSettled = KEPT_SETTLED } = {}): SenderJournal {
  let loading: Promise<Map<string, JournalEntry>> | undefined;
  let writing: Promise<void> = Promise.resolve();

  function load(): Promise<Map<string, JournalEntry>> {
    loading ??= readJsonFile(path, fileSchema).then((file) => new Map(file?.entries.map((entry) => [entry.key, entry])));
    return loading;
  }

  async function change(apply: (entries: Map<string, JournalEntry>) => void): Promise<void> {
    const entries = await load();
    apply(entries);
    const settled = [...entries.values()].filter(({ mined }) => mined !== null);
    for (const { key } of settled.slice(0, -keptSettled)) entries.delete(key);
    const text = JSON.stringify({ version: 1, entries: [...entries.values()] });
    // One write after the other: an older state must not land on top of a newer one.
    writing = writing.catch(() => undefined).then(() => writeFileAtomic(path, text));
    await writing;
  }

  return {
    list: async () => [...(await load()).values()],
    put: (entry) => change((entries) => entries.set(entry.key, entry)),
    remove: (key) => change((entries) => entries.delete(key)),
  };
}
