import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { link, mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { DirectoryInUseError, lockDirectory } from './directory-lock.ts';
import { createTempDir } from './temp-dir.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function setup(deep = 'data') {
  const temp = await createTempDir('lock-test');
  cleanups.push(() => temp.remove());
  return join(temp.path, deep);
}

/** Another process that takes the lock and holds it. */
async function holdElsewhere(directory: string) {
  const module = new URL('./directory-lock.ts', import.meta.url).href;
  const script = `const { lockDirectory } = await import(${JSON.stringify(module)}); await lockDirectory(${JSON.stringify(directory)}); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  cleanups.push(kill);
  await Promise.race([once(child.stdout, 'data'), exited.then(() => Promise.reject(new Error('it did not get the lock')))]);
  return kill;
}

/** What a holder leaves that was killed: its names, and nobody behind them. */
async function leaveBehind(directory: string) {
  const lock = await lockDirectory(directory);
  const aside = `${directory}-aside`;
  await mkdir(aside, { recursive: true });
  const names = await readdir(directory);
  for (const name of names) await link(join(directory, name), join(aside, name));
  await lock.release();
  for (const name of names) await rename(join(aside, name), join(directory, name));
  expect(names).not.toEqual([]);
}

describe('lockDirectory', () => {
  it.each(['data', 'a'.repeat(120)])('gives a directory to one at a time (%s)', async (name) => {
    const directory = await setup(name);
    const lock = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toThrow(DirectoryInUseError);
    await lock.release();
    await (await lockDirectory(directory)).release();
  });

  it('keeps another process out, and lets go when that one is killed', async () => {
    const directory = await setup();
    const kill = await holdElsewhere(directory);
    await expect(lockDirectory(directory)).rejects.toThrow(directory);
    await kill();
    await (await lockDirectory(directory)).release();
  });

  it('is taken over from a dead one by one alone, however many come at once, and leaves nothing', async () => {
    const directory = await setup();
    for (let round = 0; round < 20; round += 1) {
      await leaveBehind(directory);
      const turns = await Promise.allSettled(Array.from({ length: 6 }, () => lockDirectory(directory)));
      const held = turns.flatMap((turn) => (turn.status === 'fulfilled' ? [turn.value] : []));
      expect(held).toHaveLength(1);
      await held[0]?.release();
    }
    expect(await readdir(directory)).toEqual([]);
  });

  it('is taken over by one process alone', async () => {
    const directory = await setup();
    await leaveBehind(directory);
    const takers = await Promise.allSettled(Array.from({ length: 3 }, () => holdElsewhere(directory)));
    expect(takers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
