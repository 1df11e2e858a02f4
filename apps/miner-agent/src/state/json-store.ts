import { readJsonFile, writeFileAtomic } from '@muster/runtime/atomic-file';
import type { ZodType } from 'zod';

/** One small document on disk. Reads come from memory; a change is durable before `update` resolves, and changes never overlap. */
export interface JsonStore<T> {
  get(): T;
  update(change: (current: T) => T): Promise<T>;
}

/** Throws JsonFileError when the file is not what `schema` describes. */
export async function openJsonStore<T>(path: string, schema: ZodType<T>, initial: T): Promise<JsonStore<T>> {
  let value = (await readJsonFile(path, schema)) ?? initial;
  let last: Promise<unknown> = Promise.resolve();

  async function write(change: (current: T) => T): Promise<T> {
    const next = change(value);
    if (next === value) return value;
    await writeFileAtomic(path, `${JSON.stringify(next)}\n`);
    value = next;
    return next;
  }

  return {
    get: () => value,
    update: (change) => {
      const turn = last.then(() => write(change));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
