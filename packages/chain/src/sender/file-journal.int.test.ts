import { readdir, writeFile } from 'node:fs/promises';
import { createTempDir, type TempDir } from '@muster/runtime/temp-dir';
import { getAddress, numberToHex } from 'viem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileJournal } from './file-journal.ts';
import type { JournalEntry } from './journal.ts';

let directory: TempDir;
let path: string;

beforeEach(async () => {
  directory = await createTempDir('muster-journal');
  path = `${directory.path}/journal.json`;
});

afterEach(() => directory.remove());

const hash = numberToHex(1, { size: 32 });

function entry(nonce: number, isMined = false): JournalEntry {
  return {
    key: `key ${nonce}`,
    chainId: 31337,
    genesis: hash,
    from: getAddress(numberToHex(1, { size: 20 })),
    nonce,
    signed: [{ hash, raw: '0x02f8' }],
    signedAt: 1,
    mined: isMined ? { hash, blockNumber: nonce, blockHash: hash, logs: [] } : null,
  };
}

describe('createFileJournal', () => {
  it('is the same in the next process', async () => {
    const journal = createFileJournal(path);
    await Promise.all([journal.put(entry(0)), journal.put(entry(1)), journal.put(entry(0, true)), journal.remove('key 1')]);
    expect(await createFileJournal(path).list()).toEqual([entry(0, true)]);
    expect(await readdir(directory.path)).toEqual(['journal.json']);
  });

  it('forgets the oldest settled ones and never a pending one', async () => {
    const journal = createFileJournal(path, { keptSettled: 5 });
    await journal.put(entry(0));
    await Promise.all(Array.from({ length: 15 }, (_, i) => journal.put(entry(i + 1, true))));
    const kept = await createFileJournal(path).list();
    expect(kept).toHaveLength(6);
    expect(kept[0]).toEqual(entry(0));
    expect(kept[1]).toEqual(entry(11, true));
  });

  it('refuses a damaged file instead of starting empty', async () => {
    await writeFile(path, '{"version":1,"entries":[{"key":1}]}');
    await expect(createFileJournal(path).list()).rejects.toThrow('unexpected content');
  });
});
