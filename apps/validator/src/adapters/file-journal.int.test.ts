import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir } from '@muster/runtime/temp-dir';
import { afterEach, describe, expect, it } from 'vitest';
import type { RoundRecord } from '../ports/journal.ts';
import { createFileJournal } from './file-journal.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const key = {
  runId: '1',
  node: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8' as const,
  seq: 1,
  round: 1,
  discoveryUri: 'http://127.0.0.1/discovery',
  deadline: 5,
};
const hash = `0x${'ab'.repeat(32)}` as const;
const decided: RoundRecord = { ...key, state: 'decided', approve: true, evidenceHash: hash, document: { version: 1 } };

async function setup() {
  const directory = await createTempDir('journal-test');
  cleanups.push(() => directory.remove());
  return { path: directory.path, reopen: () => createFileJournal(directory.path) };
}

describe('createFileJournal', () => {
  it('remembers an unfinished round over a restart', async () => {
    const { reopen } = await setup();
    await reopen().write(decided);
    expect(await reopen().read(key)).toEqual(decided);
    expect(await reopen().unfinished()).toEqual([decided]);
    expect(await reopen().read({ ...key, round: 2 })).toBeNull();
  });

  it('keeps the evidence of a finished round, and has it no longer to resume', async () => {
    const { path, reopen } = await setup();
    const published: RoundRecord = { ...decided, state: 'published', txHash: hash };
    await reopen().write(decided);
    await reopen().write(published);
    expect(await reopen().read(key)).toEqual(published);
    expect(await reopen().unfinished()).toEqual([]);
    expect(await readdir(join(path, 'open'))).toEqual([]);
  });

  it('believes the finished record when a crash left both', async () => {
    const { reopen } = await setup();
    const withheld: RoundRecord = { ...key, state: 'withheld', reason: 'late' };
    await reopen().write(withheld);
    await reopen().write(decided);
    expect(await reopen().read(key)).toEqual(withheld);
  });
});
