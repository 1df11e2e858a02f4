import { appendFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import type { RegistryEvent } from '@muster/domain/registry/events';
import type { AppendInput, BlockRef } from '@muster/domain/registry/follower-store';
import { createTempDir, type TempDir } from '@muster/runtime/temp-dir';
import { getAddress, numberToHex } from 'viem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileStore } from './file-store.ts';
import { createMemoryStore } from './memory-store.ts';

let directory: TempDir;
let path: string;

beforeEach(async () => {
  directory = await createTempDir('muster-store');
  path = `${directory.path}/deep/follower.jsonl`;
});

afterEach(() => directory.remove());

const hashOf = (number: number, branch = 0) => numberToHex(number * 256 + branch + 1, { size: 32 });
const block = (number: number, branch = 0): BlockRef => ({ number, hash: hashOf(number, branch), timestamp: number * 1000 });
const owner = getAddress(numberToHex(1, { size: 20 }));

const closed = (number: number, branch = 0): RegistryEvent => ({
  name: 'RunClosed',
  args: { runId: String(number), owner },
  position: {
    blockNumber: number,
    blockHash: hashOf(number, branch),
    blockTime: number * 1000,
    logIndex: 0,
    txHash: hashOf(number, branch),
  },
});

function step(number: number, branch = 0, withEvent = true): AppendInput {
  const head = block(number, branch);
  return {
    blocks: [head],
    events: withEvent ? [closed(number, branch)] : [],
    head,
    finalized: number - 1,
    deployment: { chainId: 31337, registry: owner, block: 2, hash: hashOf(2) },
  };
}

describe.each([
  ['createFileStore', () => createFileStore(path)],
  ['createMemoryStore', () => createMemoryStore()],
])('%s', (_, create) => {
  it('is empty at first', async () => {
    const store = create();
    expect(await store.readCursor()).toBeNull();
    expect(await store.recentBlocks(5)).toEqual([]);
    expect(await store.events()).toEqual([]);
  });

  it('appends, once per event, and lists newest blocks first', async () => {
    const store = create();
    for (const number of [3, 4, 4, 5]) await store.append(step(number));
    expect(await store.readCursor()).toEqual({ deployment: step(5).deployment, head: block(5), finalized: 4 });
    expect(await store.recentBlocks(2)).toEqual([block(5), block(4)]);
    expect((await store.events()).map(({ args }) => args.runId)).toEqual(['3', '4', '5']);
  });

  it('rolls back to an ancestor and goes on along another branch', async () => {
    const store = create();
    for (const number of [3, 4, 5]) await store.append(step(number));
    expect(await store.rollbackTo(block(3))).toEqual({ removed: 2 });
    expect(await store.readCursor()).toMatchObject({ head: block(3), finalized: 3 });
    await store.append(step(4, 1));
    expect(await store.recentBlocks(9)).toEqual([block(4, 1), block(3)]);
    expect((await store.events()).map(({ position }) => position.blockHash)).toEqual([hashOf(3), hashOf(4, 1)]);
  });
});

describe('createFileStore on disk', () => {
  it('is the same after a restart', async () => {
    const store = createFileStore(path);
    for (const number of [3, 4, 5]) await store.append(step(number));
    await store.rollbackTo(block(4));
    const reopened = createFileStore(path);
    expect(await reopened.readCursor()).toEqual(await store.readCursor());
    expect(await reopened.recentBlocks(9)).toEqual(await store.recentBlocks(9));
    expect(await reopened.events()).toEqual(await store.events());
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('drops a line that a crash tore, wherever it tore it, and appends cleanly after it', async () => {
    const store = createFileStore(path);
    await store.append(step(3));
    const { size } = await stat(path);
    await store.append(step(4));
    const full = await readFile(path);
    for (const length of [size + 1, size + 40, full.length - 1]) {
      await writeFile(path, full);
      await truncate(path, length);
      const reopened = createFileStore(path);
      expect(await reopened.readCursor()).toMatchObject({ head: block(3) });
      await reopened.append(step(4));
      expect(await createFileStore(path).readCursor()).toMatchObject({ head: block(4) });
    }
  });

  it('goes back to before any damage, for the chain to be read again from there', async () => {
    await createFileStore(path).append(step(3));
    await appendFile(path, `${'\0'.repeat(100)}\n`);
    await appendFile(path, `${JSON.stringify({ op: 'append', ...step(5) })}\n`);
    expect(await createFileStore(path).readCursor()).toMatchObject({ head: block(3) });
    expect(await createFileStore(path).events()).toHaveLength(1);
  });

  it('stays small on a chain that moves without events', async () => {
    const store = createFileStore(path, { compactAfterLines: 50 });
    for (let number = 3; number < 203; number++) await store.append(step(number, 0, false));
    expect((await readFile(path, 'utf8')).split('\n').length).toBeLessThan(52);
    expect(await createFileStore(path).readCursor()).toMatchObject({ head: block(202) });
  });

  it('keeps the order of changes that are made at once', async () => {
    const store = createFileStore(path);
    await Promise.all([store.append(step(3)), store.append(step(4)), store.rollbackTo(block(3)), store.append(step(4, 1))]);
    expect(await createFileStore(path).readCursor()).toMatchObject({ head: block(4, 1) });
  });
});
