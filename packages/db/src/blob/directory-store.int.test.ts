import { createHash, randomBytes } from 'node:crypto';
import { readdir, writeFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createTempDir, type TempDir } from '@muster/runtime/temp-dir';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDirectoryStore } from './directory-store.ts';

describe('directory blob store', () => {
  let temp: TempDir;
  beforeEach(async () => {
    temp = await createTempDir('muster-blob');
  });
  afterEach(() => temp.remove());

  async function* streamOf(bytes: Uint8Array, chunk = 1_000) {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
  }
  const refOf = (bytes: Uint8Array) => ({
    sha256: `0x${createHash('sha256').update(bytes).digest('hex')}` as const,
    sizeBytes: bytes.length,
  });
  const uploads = () => readdir(join(temp.path, 'uploads'));

  it('gives back what it was given', async () => {
    const store = await createDirectoryStore(temp.path);
    const bytes = randomBytes(100_000);
    await store.put(streamOf(bytes), refOf(bytes));
    const found = await store.get(refOf(bytes).sha256);
    expect(found?.sizeBytes).toBe(bytes.length);
    expect(found && (await buffer(found.stream))).toEqual(bytes);
    expect(await uploads()).toEqual([]);
  });

  it('knows what it has not, and takes nothing but hashes for names', async () => {
    const store = await createDirectoryStore(temp.path);
    const { sha256 } = refOf(Buffer.from('other'));
    expect(await store.has(sha256)).toBe(false);
    expect(await store.get(sha256)).toBeNull();
    await expect(store.get('0x../../../../etc/passwd')).rejects.toThrow(RangeError);
  });

  it('keeps nothing of a stream with another hash', async () => {
    const store = await createDirectoryStore(temp.path);
    const expected = refOf(Buffer.from('good'));
    await expect(store.put(streamOf(Buffer.from('evil')), expected)).rejects.toMatchObject({ code: 'SNAPSHOT_MISMATCH' });
    expect(await store.has(expected.sha256)).toBe(false);
    expect(await uploads()).toEqual([]);
  });

  it('reads no further than the announced size', async () => {
    const store = await createDirectoryStore(temp.path);
    let read = 0;
    async function* endless() {
      for (;;) {
        read += 1;
        yield Buffer.alloc(1_000);
      }
    }
    await expect(store.put(endless(), { ...refOf(Buffer.alloc(10)), sizeBytes: 5_000 })).rejects.toMatchObject({
      code: 'SNAPSHOT_MISMATCH',
    });
    expect(read).toBe(6);
  });

  it('keeps nothing of a stream that breaks off', async () => {
    const store = await createDirectoryStore(temp.path);
    const bytes = randomBytes(5_000);
    async function* broken() {
      yield bytes.subarray(0, 1_000);
      throw new Error('the connection broke');
    }
    await expect(store.put(broken(), refOf(bytes))).rejects.toThrow('the connection broke');
    expect(await store.has(refOf(bytes).sha256)).toBe(false);
    expect(await uploads()).toEqual([]);
  });

  it('takes the same blob twice, also at once', async () => {
    const store = await createDirectoryStore(temp.path);
    const bytes = randomBytes(50_000);
    await Promise.all([1, 2, 3].map(() => store.put(streamOf(bytes), refOf(bytes))));
    expect(await store.has(refOf(bytes).sha256)).toBe(true);
  });

  it('leaves room on the disk, and counts what others are about to write', async () => {
    const total = 100_000;
    const store = await createDirectoryStore(temp.path, () => Promise.resolve({ free: 40_000, total }));
    const [large, first, second] = [randomBytes(30_001), randomBytes(20_000), randomBytes(20_000)];
    await expect(store.put(streamOf(large), refOf(large))).rejects.toMatchObject({ code: 'DISK_FULL' });
    const both = await Promise.allSettled([first, second].map((bytes) => store.put(streamOf(bytes), refOf(bytes))));
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await store.put(streamOf(second), refOf(second));
    expect(await uploads()).toEqual([]);
  });

  it('sweeps uploads that a killed process left long ago, and no others', async () => {
    await createDirectoryStore(temp.path);
    const [old, young] = ['old', 'young'].map((name) => join(temp.path, 'uploads', name));
    for (const path of [old, young]) if (path) await writeFile(path, 'half');
    const longAgo = new Date(Date.now() - 2 * 24 * 60 * 60_000);
    if (old) await utimes(old, longAgo, longAgo);
    await createDirectoryStore(temp.path);
    expect(await uploads()).toEqual(['young']);
  });
});
