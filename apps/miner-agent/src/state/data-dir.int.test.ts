import { readdir, readFile, writeFile } from 'node:fs/promises';
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

  it('is taken over from a dead agent by one alone, however many start at once', async () => {
    for (let round = 0; round < 20; round += 1) {
      await writeFile(join(directory.path, 'agent.lock'), '1 123456789123');
      const turns = await Promise.allSettled(Array.from({ length: 6 }, () => lockDataDir(directory.path)));
      const held = turns.flatMap((turn) => (turn.status === 'fulfilled' ? [turn.value] : []));
      expect(held).toHaveLength(1);
      await held[0]?.release();
    }
    expect(await readdir(directory.path)).toEqual([]);
  });

  it('lets go of its own lock and of nobody else', async () => {
    const lock = await lockDataDir(directory.path);
    const file = join(directory.path, 'agent.lock');
    await writeFile(file, '1 123456789123');
    await lock.release();
    expect(await readFile(file, 'utf8')).toBe('1 123456789123');
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
