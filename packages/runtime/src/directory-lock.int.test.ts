import { spawn } from 'node:child_process';
import { once } from 'node:events';
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
  await once(child.stdout, 'data');
  return kill;
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
});
