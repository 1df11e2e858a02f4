import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, type TempDir } from '@muster/runtime/temp-dir';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDataDir } from './data-dir.ts';

let directory: TempDir;
beforeEach(async () => (directory = await createTempDir('muster-lock')));
afterEach(() => directory.remove());

describe('the lock of a data directory', () => {
  it('refuses a second agent, and lets the next one in', async () => {
    const lock = await lockDataDir(directory.path);
    await expect(lockDataDir(directory.path)).rejects.toMatchObject({ code: 'DATA_DIR_UNUSABLE' });
    await lock.release();
    await (await lockDataDir(directory.path)).release();
  });

  it('is taken from one that a reboot has ended, whoever has its number now', async () => {
    const file = join(directory.path, 'agent.lock');
    // Process 1 is there and, but for root, somebody else's.
    await writeFile(file, '1 123456789123');
    const lock = await lockDataDir(directory.path);
    expect(await readFile(file, 'utf8')).toContain(`${process.pid} `);
    await lock.release();
  });
});
