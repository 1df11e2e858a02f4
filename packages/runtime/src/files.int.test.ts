import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readJsonFile, writeFileAtomic } from './atomic-file.ts';
import { loadKey } from './key-file.ts';
import { createTempDir, type TempDir } from './temp-dir.ts';

const KEY = `0x${'ab'.repeat(32)}` as const;
let directory: TempDir;

beforeEach(async () => {
  directory = await createTempDir('muster-files');
});

afterEach(() => directory.remove());

describe('writeFileAtomic', () => {
  it('replaces a file, keeps it private and leaves nothing behind', async () => {
    const path = join(directory.path, 'deep', 'state.json');
    await writeFileAtomic(path, '{"a":1}');
    await writeFileAtomic(path, '{"a":2}');
    expect(await readFile(path, 'utf8')).toBe('{"a":2}');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(directory.path, 'deep'))).toEqual(['state.json']);
  });

  it('cleans up when the target cannot be replaced', async () => {
    await expect(writeFileAtomic(directory.path, 'x')).rejects.toThrow();
    expect(await readdir(directory.path)).toEqual([]);
  });
});

describe('readJsonFile', () => {
  const schema = z.object({ a: z.number() });

  it('tells a missing file from a broken one', async () => {
    const path = join(directory.path, 'state.json');
    expect(await readJsonFile(path, schema)).toBeNull();
    await writeFile(path, '{"a":1}');
    expect(await readJsonFile(path, schema)).toEqual({ a: 1 });
    await writeFile(path, '{"a":');
    await expect(readJsonFile(path, schema)).rejects.toThrow('is not valid JSON');
    await writeFile(path, '{"a":"1"}');
    await expect(readJsonFile(path, schema)).rejects.toThrow('at a:');
  });
});

describe('loadKey', () => {
  it('prefers the value and accepts it with or without 0x', async () => {
    expect(await loadKey({ name: 'node key', value: KEY.slice(2), file: '/nowhere' })).toEqual({ privateKey: KEY, created: false });
  });

  it('creates a key once, readable by its owner alone', async () => {
    const file = join(directory.path, 'keys', 'node.key');
    const first = await loadKey({ name: 'node key', file, createIfMissing: true });
    expect(first.created).toBe(true);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await loadKey({ name: 'node key', file, createIfMissing: true })).toEqual({ privateKey: first.privateKey, created: false });
  });

  it('gives racing processes one and the same key', async () => {
    const file = join(directory.path, 'node.key');
    const keys = await Promise.all(Array.from({ length: 8 }, () => loadKey({ name: 'node key', file, createIfMissing: true })));
    expect(new Set(keys.map(({ privateKey }) => privateKey)).size).toBe(1);
    expect(keys.filter(({ created }) => created)).toHaveLength(1);
    expect(await readdir(directory.path)).toEqual(['node.key']);
  });

  it('refuses a key that others can read, and says what to do', async () => {
    const file = join(directory.path, 'node.key');
    await writeFile(file, KEY);
    await chmod(file, 0o644);
    await expect(loadKey({ name: 'node key', file })).rejects.toMatchObject({ code: 'KEY_FILE_INSECURE', hint: `Run: chmod 600 ${file}` });
  });

  it.each(['', 'hello', `0x${'0'.repeat(64)}`, `0x${'f'.repeat(64)}`, `${KEY}ab`])(
    'refuses the content %j without repeating it',
    async (content) => {
      const file = join(directory.path, 'node.key');
      await writeFile(file, content, { mode: 0o600 });
      const error = await loadKey({ name: 'node key', file, createIfMissing: true }).catch((cause: unknown) => cause);
      expect(error).toMatchObject({ code: 'KEY_INVALID', message: 'The node key is not a private key' });
    },
  );

  it('says when there is none', async () => {
    await expect(loadKey({ name: 'buyer key' })).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await expect(loadKey({ name: 'buyer key', file: join(directory.path, 'none') })).rejects.toMatchObject({ code: 'KEY_INVALID' });
  });
});
